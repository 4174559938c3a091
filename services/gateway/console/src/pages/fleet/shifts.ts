import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import { Problem } from '@/api/problem';
import type { PoolingShift, PoolingShiftInput, PoolingVehicleInput } from '@/api/schema';
import { SHIFT_EVENTS } from '@/live/kinds';
import { useLiveQuery } from '@/live/live';

function shiftsOf(serviceDate: string) {
  return {
    queryKey: ['shifts', serviceDate],
    queryFn: (): Promise<PoolingShift[]> =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/shifts', {
              params: { query: { service_date: serviceDate, page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.shifts,
      ),
  };
}

/** All shifts of a service day. */
export function useShifts(serviceDate: string) {
  useLiveQuery(SHIFT_EVENTS, ['shifts']);
  return useQuery({ ...shiftsOf(serviceDate), placeholderData: (before) => before });
}

/** Asks for a shift as it is now; undefined where it is no more. */
export function useNewest(): (shift: PoolingShift) => Promise<PoolingShift | undefined> {
  const queries = useQueryClient();
  return async (shift) => {
    const shifts = await queries.fetchQuery({ ...shiftsOf(shift.service_date), staleTime: 0 });
    return shifts.find(({ shift_id }) => shift_id === shift.shift_id);
  };
}

/** Whether somebody else has changed the shift since it was shown. */
export function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof Problem && error.reason === 'SHIFT_CHANGED';
}

/** Runs a write, then asks for shifts and vehicles anew. */
function useWrite<Input, Output>(
  write: (input: Input, key: string) => Promise<Output>,
  done: (output: Output) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    // Each press is an intention of its own: the dialog closes after the first that succeeds.
    mutationFn: (input: Input) => write(input, newKey()),
    onSuccess: (output) => {
      void queries.invalidateQueries({ queryKey: ['shifts'] });
      void queries.invalidateQueries({ queryKey: ['vehicles'] });
      done(output);
    },
  });
}

export function useCreateShift(done: () => void) {
  return useWrite(
    async (shift: PoolingShiftInput, key) =>
      told(
        await client.POST('/v1/shifts', { params: { header: { 'Idempotency-Key': key } }, body: { shift } }),
      ),
    done,
  );
}

/** Tells how many rides moved to other shifts. */
export function useUpdateShift(done: (movedCount: number) => void) {
  return useWrite(
    async ({ shift_id, ...shift }: PoolingShiftInput & { shift_id: string }, key) =>
      told(
        await client.PUT('/v1/shifts/{shift_id}', {
          params: { path: { shift_id }, header: { 'Idempotency-Key': key } },
          body: { shift },
        }),
      ),
    (answer) => done(answer.moved_ride_ids.length),
  );
}

/** Tells how many rides moved to other shifts. */
export function useCancelShift(done: (movedCount: number) => void) {
  return useWrite(
    async ({ shift_id, etag }: PoolingShift, key) =>
      told(
        await client.POST('/v1/shifts/{shift_id}/cancel', {
          params: { path: { shift_id }, header: { 'Idempotency-Key': key } },
          body: { etag },
        }),
      ),
    (answer) => done(answer.moved_ride_ids.length),
  );
}

export function useSaveVehicle(isNew: boolean, done: () => void) {
  return useWrite(async (vehicle: PoolingVehicleInput & { vehicle_id: string }, key) => {
    const header = { 'Idempotency-Key': key };
    if (isNew) return told(await client.POST('/v1/vehicles', { params: { header }, body: { vehicle } }));
    const { vehicle_id, ...rest } = vehicle;
    return told(
      await client.PUT('/v1/vehicles/{vehicle_id}', {
        params: { path: { vehicle_id }, header },
        body: { vehicle: rest },
      }),
    );
  }, done);
}

export function useDeleteVehicle(done: () => void) {
  return useWrite(
    async (vehicleId: string, key) =>
      told(
        await client.DELETE('/v1/vehicles/{vehicle_id}', {
          params: { path: { vehicle_id: vehicleId }, header: { 'Idempotency-Key': key } },
        }),
      ),
    done,
  );
}
