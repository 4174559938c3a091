/** A place somebody has chosen. */
export interface Spot {
  /** Unique among what is shown at once. */
  key: string;
  /** As it is told to people. */
  label: string;
  /** village, street, address, stop, doctor …; virtual_stop for the pooling service's own stops. */
  kind: string;
  position: { latitude_deg: number; longitude_deg: number };
  virtualStopId?: string;
}
