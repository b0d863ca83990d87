// A peer that is not ours: the WebSocket of node, as a browser has it. node peer_node.mjs URL
const socket = new WebSocket(process.argv[2], ['other', 'echo']);
socket.binaryType = 'arraybuffer';
const contents = [0, 1, 125, 126, 4000, 65535, 65536, 300000].flatMap(
    (size) => ['é'.repeat(size), new Uint8Array(size).map((_, i) => i * i)]);
let received = 0;

function fail(why) {
  console.error(why);
  process.exit(1);
}

function same(content, data) {
  if (typeof content === 'string') return content === data;
  return Buffer.from(content).equals(Buffer.from(data));
}

socket.onopen = () => socket.protocol === 'echo' ? socket.send(contents[0]) : fail('no subprotocol');
socket.onerror = (event) => fail(event.message ?? 'error');
socket.onmessage = (event) => {
  if (!same(contents[received], event.data)) fail(`message ${received} came back changed`);
  if (++received < contents.length) socket.send(contents[received]);
  else socket.close(4001, 'enough');
};
socket.onclose = (event) => {
  if (event.code !== 4001 || !event.wasClean) fail(`closed: ${event.code}`);
};
