/** Colours of the base map: calm ones, so that what is on it stands out. */

export interface Palette {
  ground: string;
  settlement: string;
  business: string;
  wood: string;
  grass: string;
  garden: string;
  wetland: string;
  bare: string;
  pitch: string;
  water: string;
  waterLine: string;
  building: string;
  buildingEdge: string;
  boundary: string;
  rail: string;
  casing: string;
  motorway: string;
  primary: string;
  secondary: string;
  minor: string;
  track: string;
  text: string;
  softText: string;
  waterText: string;
  halo: string;
  poi: string;
}

export const LIGHT: Palette = {
  ground: '#f4f3ee',
  settlement: '#ebe8e1',
  business: '#e6e3e6',
  wood: '#d5e3c9',
  grass: '#e4ecd7',
  garden: '#e0ead0',
  wetland: '#dbe7df',
  bare: '#eae5d8',
  pitch: '#d3e4cc',
  water: '#b9d5e6',
  waterLine: '#a5c7dc',
  building: '#dcd7ce',
  buildingEdge: '#c9c3b8',
  boundary: '#a58fae',
  rail: '#9aa0a6',
  casing: '#c9c4b9',
  motorway: '#f0bd7a',
  primary: '#f8dd9c',
  secondary: '#fbf0c4',
  minor: '#ffffff',
  track: '#c4b59b',
  text: '#2a3238',
  softText: '#59636b',
  waterText: '#2f6386',
  halo: 'rgba(255,255,255,0.88)',
  poi: '#6b6257',
};

export const DARK: Palette = {
  ground: '#171d21',
  settlement: '#1f262b',
  business: '#22272d',
  wood: '#1b2a22',
  grass: '#1c2622',
  garden: '#1d2823',
  wetland: '#1a2727',
  bare: '#24261f',
  pitch: '#1d2b25',
  water: '#16303f',
  waterLine: '#1f4054',
  building: '#2a3238',
  buildingEdge: '#353f46',
  boundary: '#75647e',
  rail: '#59626a',
  casing: '#11161a',
  motorway: '#7f5f2e',
  primary: '#6b5a32',
  secondary: '#565039',
  minor: '#3a444b',
  track: '#4b463b',
  text: '#dde4e8',
  softText: '#9ba8b0',
  waterText: '#7fb2d2',
  halo: 'rgba(18,23,27,0.9)',
  poi: '#a79d8f',
};
