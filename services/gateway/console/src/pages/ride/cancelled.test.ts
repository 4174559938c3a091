import { describe, expect, it } from 'vitest';
import { MOVED, whyCancelled } from './cancelled';
import { messages } from './messages';

describe('why a ride was cancelled', () => {
  const words = messages.de.cancelReasons;

  it('is told in the language of the console where a program gave the reason', () => {
    expect(whyCancelled(MOVED, words)).toBe('verlegt, neu gebucht');
    expect(whyCancelled('its journey was given up', words)).toBe('die ganze Reise ist abgesagt');
  });

  it('is what people typed otherwise', () => {
    expect(whyCancelled('krank', words)).toBe('krank');
    expect(whyCancelled('', words)).toBe('–');
    expect(whyCancelled('constructor', words)).toBe('constructor');
  });
});
