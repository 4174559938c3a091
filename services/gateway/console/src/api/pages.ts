/** Most that a list gives at once. */
export const PAGE_SIZE = 500;
/** Lists longer than this are no lists to look at; filters make them shorter. */
const MOST_PAGES = 20;

/** Everything of a list, page after page. */
export async function allPages<Page extends { next_page_token: string }, Item>(
  load: (pageToken: string) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const items: Item[] = [];
  let token = '';
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const page = await load(token);
    items.push(...itemsOf(page));
    token = page.next_page_token;
    if (!token) break;
  }
  return items;
}
