// Shows the description of the HTTP interface, and lets every operation be tried. No outside server, no library.

const description = await (await fetch('/openapi.json')).json();
const page = document.getElementById('operations');
const DEEPEST = 4;

function made(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function resolved(schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.slice(2).split('/').reduce((found, part) => found[part], description);
}

/** A value that could be sent: to begin with, not to be taken as it is. */
function sample(schema, depth = 0) {
  const found = resolved(schema);
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum[1] ?? found.enum[0];
  if (found.type === 'array') return depth < DEEPEST ? [sample(found.items, depth + 1)] : [];
  if (found.type === 'integer') return 1;
  if (found.type === 'number') return 1.5;
  if (found.type === 'boolean') return false;
  if (found.format === 'date-time') return new Date(Date.now() + 86_400_000).toISOString().slice(0, 13) + ':00:00Z';
  if (found.pattern?.endsWith('s$')) return '600s';
  if (found.type !== 'object') return '';
  const entries = depth < DEEPEST ? Object.entries(found.properties ?? {}) : [];
  // What is left out is as good as empty, and of several things only one may be given.
  return Object.fromEntries(entries.map(([name, inner]) => [name, sample(inner, depth + 1)]).filter(([, value]) => value !== ''));
}

/** What the description shows, for tomorrow; or something made of the schema. */
function firstBody(content) {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const shown = content.example && JSON.stringify(content.example, null, 2);
  return shown ? shown.replace(/\d{4}-\d\d-\d\d(?=T)/g, tomorrow) : JSON.stringify(sample(content.schema), null, 2);
}

function typeName(schema) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.type === 'array') return `${typeName(schema.items)}[]`;
  return schema.format ?? schema.type ?? 'anything';
}

function fields(schema, depth = 0) {
  const list = made('ul', { className: 'fields' });
  for (const [name, inner] of Object.entries(resolved(schema).properties ?? {})) {
    const item = made('li', {}, made('code', { textContent: name }), ` ${typeName(inner)}`);
    const told = inner.description ?? resolved(inner).description;
    if (told) item.append(made('span', { className: 'quiet', textContent: ` – ${told}` }));
    const below = inner.type === 'array' ? inner.items : inner;
    if (resolved(below).properties && depth < DEEPEST) {
      const more = made('details', {}, made('summary', { textContent: 'its fields' }));
      more.addEventListener('toggle', () => more.children.length === 1 && more.append(fields(below, depth + 1)), { once: true });
      item.append(more);
    }
    list.append(item);
  }
  return list;
}

function labelled(text, input) {
  return made('label', {}, text, input);
}

function opened(path, verb, operation) {
  const inner = made('div', { className: 'inner' });
  if (operation.description) inner.append(made('p', { textContent: operation.description }));
  const inputs = new Map();
  const row = made('div', { className: 'row' });
  for (const parameter of operation.parameters ?? []) {
    const input = made('input', { title: parameter.description ?? '', required: parameter.required ?? false });
    if (parameter.name === 'Idempotency-Key') input.value = crypto.randomUUID();
    inputs.set(parameter, input);
    row.append(labelled(`${parameter.name}${parameter.required ? ' *' : ''}`, input));
  }
  if (row.children.length) inner.append(row);
  const content = operation.requestBody?.content['application/json'];
  const bodySchema = content?.schema;
  const body = content && made('textarea', { value: firstBody(content), spellcheck: false });
  if (body) {
    inner.append(made('details', {}, made('summary', { textContent: 'What is sent' }), fields(bodySchema)));
    inner.append(labelled('Body', body));
  }
  const good = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  const answered = good?.[1].content?.['application/json']?.schema;
  if (answered) inner.append(made('details', {}, made('summary', { textContent: `What is answered (${good[0]})` }), fields(answered)));
  const send = made('button', { type: 'button', textContent: 'Send' });
  const stop = made('button', { type: 'button', textContent: 'Stop', disabled: true });
  const output = made('pre', { textContent: '', tabIndex: 0 });
  output.setAttribute('role', 'status');
  send.addEventListener('click', () => tried(path, verb, inputs, body, output, send, stop));
  inner.append(made('div', { className: 'row' }, send, stop), output);
  return inner;
}

async function tried(path, verb, inputs, body, output, send, stop) {
  const query = new URLSearchParams();
  const headers = { 'X-Landlinie-Client': 'docs' };
  let address = path;
  for (const [parameter, input] of inputs) {
    if (!input.value) continue;
    if (parameter.in === 'path') address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === 'header') headers[parameter.name] = input.value;
    else for (const value of parameter.schema.type === 'array' ? input.value.split(',') : [input.value]) query.append(parameter.name, value.trim());
  }
  const token = document.getElementById('token').value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  const leaving = new AbortController();
  stop.onclick = () => leaving.abort();
  stop.disabled = false;
  send.disabled = true;
  output.textContent = '…';
  try {
    const url = query.size ? `${address}?${query}` : address;
    const answer = await fetch(url, { method: verb.toUpperCase(), headers, body: body?.value, signal: leaving.signal });
    const told = ['content-type', 'etag', 'link', 'retry-after', 'x-request-id'].filter((name) => answer.headers.has(name));
    output.textContent = `${answer.status} ${answer.statusText}\n${told.map((name) => `${name}: ${answer.headers.get(name)}`).join('\n')}\n\n`;
    const kind = answer.headers.get('content-type') ?? '';
    if (kind.includes('json')) output.textContent += JSON.stringify(await answer.json(), null, 2);
    else if (kind.startsWith('text/')) await shown(answer.body, output);
    else output.textContent += `${(await answer.blob()).size} bytes`;
  } catch (error) {
    output.textContent += leaving.signal.aborted ? '\nstopped' : `\n${error}`;
  }
  stop.disabled = true;
  send.disabled = false;
}

async function shown(stream, output) {
  const decoder = new TextDecoder();
  for await (const piece of stream) output.append(decoder.decode(piece, { stream: true }));
}

function render() {
  const wanted = document.getElementById('find').value.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map();
  for (const [path, item] of Object.entries(description.paths))
    for (const [verb, operation] of Object.entries(item)) {
      const text = `${verb} ${path} ${operation.summary} ${operation.operationId} ${operation.tags.join(' ')}`.toLowerCase();
      if (!wanted.every((word) => text.includes(word))) continue;
      const details = made('details', { className: 'operation' },
        made('summary', {}, made('span', { className: 'verb', textContent: verb.toUpperCase() }), made('code', { textContent: path }), ` ${operation.summary}`));
      details.addEventListener('toggle', () => details.children.length === 1 && details.append(opened(path, verb, operation)));
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(details);
    }
  const sections = [...groups].map(([tag, operations]) => made('section', {}, made('h2', { textContent: tag }), ...operations));
  page.replaceChildren(...(sections.length ? sections : [made('p', { textContent: 'Nothing is called so.' })]));
}

document.getElementById('about').textContent = description.info.description;
document.getElementById('find').addEventListener('input', render);
document.getElementById('tools').addEventListener('submit', (event) => event.preventDefault());
render();
