/** What the gateway says when a call fails: RFC 9457, with the services' own reason codes. */

export interface FieldViolation {
  field: string;
  description: string;
  reason?: string;
}

interface ProblemBody {
  title?: string;
  detail?: string;
  reason?: string;
  violations?: FieldViolation[];
  metadata?: Record<string, string>;
}

export class Problem extends Error {
  /** HTTP status; 0 where nobody answered at all. */
  readonly status: number;
  /** As the services have it, such as OFFER_EXPIRED. */
  readonly reason: string;
  readonly violations: readonly FieldViolation[];
  /** What the reason is about, such as `ride_ids`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterS: number | null;

  constructor(status: number, body: ProblemBody, retryAfterS: number | null = null) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.reason = body.reason ?? (status === 0 ? 'NO_ANSWER' : `HTTP_${status}`);
    this.violations = body.violations ?? [];
    this.metadata = body.metadata ?? {};
    this.retryAfterS = retryAfterS;
  }

  /** Whether the same call may well succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503 || this.status === 504;
  }
}

/** Makes a Problem of whatever a failed answer carried. */
export function problemOf(response: Response, body: unknown): Problem {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const told =
    typeof body === 'object' && body !== null ? (body as ProblemBody) : { title: String(body ?? '') };
  return new Problem(response.status, told, Number.isFinite(retryAfter) ? retryAfter : null);
}
