// aiosmtpd as a process: what the platform sends by mail.
import { spawn } from "node:child_process";
import { after, before } from "node:test";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("../../crates/gateway/tests/smtp/server.py", import.meta.url));

/** A mail server while the tests of a file run: its `port`, `seen` with every mail it took, and `mail` to wait for one. */
export function postOffice() {
  const post = { seen: [], port: 0, mail };
  let server;
  before(async () => {
    server = spawn("/usr/bin/python3", [SERVER], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: server.stdout });
    await new Promise((done) => {
      lines.on("line", (line) => {
        if (post.port === 0) {
          post.port = Number(line);
          done();
        } else post.seen.push(JSON.parse(line));
      });
    });
  });
  after(() => server.kill());

  /** The first mail to somebody that says this, within a minute. */
  async function mail(to, words) {
    const end = Date.now() + 60_000;
    for (;;) {
      const found = post.seen.find((m) => m.to === to && `${m.subject}\n${m.body}`.includes(words));
      if (found) return found;
      if (Date.now() > end) throw new Error(`no mail to ${to} with ${words} among ${JSON.stringify(post.seen)}`);
      await new Promise((go) => setTimeout(go, 250));
    }
  }
  return post;
}
