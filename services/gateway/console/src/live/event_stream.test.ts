import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventParser, EventStream, type LiveEvent } from './event_stream';

// Only browsers tell when the network comes back.
beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('EventParser', () => {
  const TEXT =
    ': hello\nid: 7\nevent: ride\ndata: {"a":1}\ndata: second\n\nretry: 1500\r\ndata: x\r\n\r\nevent: none\n\n';
  const EXPECTED = [
    { id: '7', type: 'ride', data: '{"a":1}\nsecond' },
    { id: '7', type: 'message', data: 'x' },
  ];

  it('reads events wherever the text is cut', () => {
    for (let cut = 0; cut <= TEXT.length; cut += 1) {
      const parser = new EventParser();
      const events = [...parser.take(TEXT.slice(0, cut)), ...parser.take(TEXT.slice(cut))];
      expect(events).toEqual(EXPECTED);
      expect(parser.retryMs).toBe(1500);
    }
  });
});

/** A gateway that sends one event per connection and then hangs up. */
function gateway(events: LiveEvent[], refuseAfter = Number.POSITIVE_INFINITY) {
  const asked: (string | null)[] = [];
  const answer = async (_url: RequestInfo | URL, init?: RequestInit) => {
    const from = new Headers(init?.headers).get('Last-Event-ID');
    asked.push(from);
    if (asked.length > refuseAfter) return new Response('', { status: 401 });
    // Every third connection fails before the first byte.
    if (asked.length % 3 === 0) throw new TypeError('network');
    const next = events[from === null ? 0 : events.findIndex((event) => event.id === from) + 1];
    return new Response(next ? `id: ${next.id}\nevent: ${next.type}\ndata: ${next.data}\n\n` : '');
  };
  return { asked, answer: answer as typeof fetch };
}

describe('EventStream', () => {
  it('goes on after the last event it has seen, and misses and doubles none', async () => {
    vi.useFakeTimers();
    const events = Array.from({ length: 20 }, (_, n) => ({ id: `e${n}`, type: 'ride', data: String(n) }));
    const { answer } = gateway(events);
    const seen: string[] = [];
    const states = new Set<string>();
    const stream = new EventStream({
      url: '/v1/events',
      fetch: answer,
      onEvent: (event) => seen.push(event.id),
      onState: (state) => states.add(state),
    });
    stream.open();
    while (seen.length < events.length) await vi.advanceTimersByTimeAsync(1000);
    stream.close();
    expect(seen).toEqual(events.map((event) => event.id));
    expect(states).toEqual(new Set(['connecting', 'open', 'interrupted']));
  });

  it('stops asking once it is no longer let in', async () => {
    vi.useFakeTimers();
    const { asked, answer } = gateway([{ id: 'a', type: 'ride', data: '1' }], 1);
    const states: string[] = [];
    new EventStream({
      url: '/',
      fetch: answer,
      onEvent: () => undefined,
      onState: (state) => states.push(state),
    }).open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe('refused');
    expect(asked).toHaveLength(2);
  });

  it('takes a line that says nothing for dead', async () => {
    vi.useFakeTimers();
    let connections = 0;
    const silent = (_url: unknown, init?: RequestInit) => {
      connections += 1;
      return new Promise<Response>((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    };
    const stream = new EventStream({
      url: '/',
      fetch: silent as typeof fetch,
      silenceMs: 1000,
      onEvent: () => undefined,
      onState: () => undefined,
    });
    stream.open();
    await vi.advanceTimersByTimeAsync(1000 + 500);
    stream.close();
    expect(connections).toBe(2);
  });
});
