/** What this device keeps: the random name of the account that rides are billed to. Nothing about the person. */

const ACCOUNT = 'landlinie.ride.account';

export function keptAccount(): string | null {
  try {
    return localStorage.getItem(ACCOUNT);
  } catch {
    // Storage may be switched off: then the account is asked for again.
    return null;
  }
}

export function keepAccount(accountId: string | null): void {
  try {
    if (accountId === null) localStorage.removeItem(ACCOUNT);
    else localStorage.setItem(ACCOUNT, accountId);
  } catch {
    // As above.
  }
}
