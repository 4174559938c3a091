import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type {
  WasteContainer,
  WasteContainerInput,
  WasteDevice,
  WasteDeviceInput,
  WasteSite,
  WasteSiteInput,
} from '@/api/schema';

const query = (page_token: string) => ({ params: { query: { page_size: PAGE_SIZE, page_token } } });

export function useSites() {
  return useQuery({
    queryKey: ['sites'],
    queryFn: (): Promise<WasteSite[]> =>
      allPages(
        async (token) => told(await client.GET('/v1/sites', query(token))),
        (page) => page.sites,
      ),
  });
}

export function useContainers() {
  return useQuery({
    queryKey: ['containers'],
    queryFn: (): Promise<WasteContainer[]> =>
      allPages(
        async (token) => told(await client.GET('/v1/containers', query(token))),
        (page) => page.containers,
      ),
  });
}

export function useDevices() {
  return useQuery({
    queryKey: ['devices'],
    queryFn: (): Promise<WasteDevice[]> =>
      allPages(
        async (token) => told(await client.GET('/v1/devices', query(token))),
        (page) => page.devices,
      ),
  });
}

/** Runs a write, then asks for everything anew that it may have changed. */
function useWrite<Input>(write: (input: Input, key: string) => Promise<unknown>, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => write(input, newKey()),
    onSuccess: () => {
      for (const key of ['sites', 'containers', 'devices', 'container-states', 'device-states'])
        void queries.invalidateQueries({ queryKey: [key] });
      done();
    },
  });
}

export function useSaveSite(isNew: boolean, done: () => void) {
  return useWrite(async (site: WasteSiteInput & { site_id: string }, key) => {
    const header = { 'Idempotency-Key': key };
    if (isNew) return told(await client.POST('/v1/sites', { params: { header }, body: { site } }));
    const { site_id, ...rest } = site;
    return told(
      await client.PUT('/v1/sites/{site_id}', {
        params: { path: { site_id }, header },
        body: { site: rest },
      }),
    );
  }, done);
}

export function useRemoveSite(done: () => void) {
  return useWrite(
    async (site_id: string, key) =>
      told(
        await client.DELETE('/v1/sites/{site_id}', {
          params: { path: { site_id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    done,
  );
}

export function useSaveContainer(isNew: boolean, done: () => void) {
  return useWrite(async (container: WasteContainerInput & { container_id: string }, key) => {
    const header = { 'Idempotency-Key': key };
    if (isNew) return told(await client.POST('/v1/containers', { params: { header }, body: { container } }));
    const { container_id, ...rest } = container;
    return told(
      await client.PUT('/v1/containers/{container_id}', {
        params: { path: { container_id }, header },
        body: { container: rest },
      }),
    );
  }, done);
}

export function useRemoveContainer(done: () => void) {
  return useWrite(
    async (container_id: string, key) =>
      told(
        await client.DELETE('/v1/containers/{container_id}', {
          params: { path: { container_id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    done,
  );
}

export function useSaveDevice(isNew: boolean, done: () => void) {
  return useWrite(async (device: WasteDeviceInput & { device_id: string }, key) => {
    const header = { 'Idempotency-Key': key };
    if (isNew) return told(await client.POST('/v1/devices', { params: { header }, body: { device } }));
    const { device_id, ...rest } = device;
    return told(
      await client.PUT('/v1/devices/{device_id}', {
        params: { path: { device_id }, header },
        body: { device: rest },
      }),
    );
  }, done);
}

export function useRemoveDevice(done: () => void) {
  return useWrite(
    async (device_id: string, key) =>
      told(
        await client.DELETE('/v1/devices/{device_id}', {
          params: { path: { device_id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    done,
  );
}
