import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Report } from './reports';

/** Where reports are kept until they are taken, and what the page shows without a line. */
export interface Store {
  reports(): Promise<Report[]>;
  /** Returns the place in the order. */
  add(report: Omit<Report, 'sequence'>): Promise<number>;
  put(report: Report): Promise<void>;
  remove(sequence: number): Promise<void>;
  recall<T>(name: string): Promise<T | null>;
  keep(name: string, value: unknown): Promise<void>;
  forget(name: string): Promise<void>;
}

interface Schema extends DBSchema {
  reports: { key: number; value: Omit<Report, 'sequence'> & { sequence?: number } };
  kept: { key: string; value: unknown };
}

const NAME = 'landlinie-driver';
const VERSION = 1;

/** The phone's own database: what is in it survives that the page is closed, and the phone goes out. */
export class PhoneStore implements Store {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(): Promise<PhoneStore> {
    const database = await openDB<Schema>(NAME, VERSION, {
      upgrade(made) {
        made.createObjectStore('reports', { keyPath: 'sequence', autoIncrement: true });
        made.createObjectStore('kept');
      },
      // A newer page waits for this one to let go.
      blocking: () => database.close(),
    });
    return new PhoneStore(database);
  }

  async reports(): Promise<Report[]> {
    return (await this.database.getAll('reports')) as Report[];
  }

  add(report: Omit<Report, 'sequence'>): Promise<number> {
    return this.database.add('reports', report);
  }

  async put(report: Report): Promise<void> {
    await this.database.put('reports', report);
  }

  remove(sequence: number): Promise<void> {
    return this.database.delete('reports', sequence);
  }

  async recall<T>(name: string): Promise<T | null> {
    return ((await this.database.get('kept', name)) as T | undefined) ?? null;
  }

  async keep(name: string, value: unknown): Promise<void> {
    await this.database.put('kept', value, name);
  }

  forget(name: string): Promise<void> {
    return this.database.delete('kept', name);
  }
}

/** For browsers that keep nothing, as in private windows: good until the page is closed. */
export class PassingStore implements Store {
  private readonly kept = new Map<string, unknown>();
  private readonly all = new Map<number, Report>();
  private last = 0;

  async reports(): Promise<Report[]> {
    return [...this.all.values()];
  }

  async add(report: Omit<Report, 'sequence'>): Promise<number> {
    this.last += 1;
    this.all.set(this.last, { ...report, sequence: this.last });
    return this.last;
  }

  async put(report: Report): Promise<void> {
    this.all.set(report.sequence, report);
  }

  async remove(sequence: number): Promise<void> {
    this.all.delete(sequence);
  }

  async recall<T>(name: string): Promise<T | null> {
    return (this.kept.get(name) as T | undefined) ?? null;
  }

  async keep(name: string, value: unknown): Promise<void> {
    this.kept.set(name, value);
  }

  async forget(name: string): Promise<void> {
    this.kept.delete(name);
  }
}
