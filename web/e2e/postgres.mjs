// A PostgreSQL cluster of a story's own, to be stopped and started under a running platform.
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = "/usr/lib/postgresql";

function binaries() {
  const found = (existsSync(ROOT) ? readdirSync(ROOT) : []).sort((a, b) => Number(a) - Number(b)).map((v) => join(ROOT, v, "bin"));
  const bin = found.filter((dir) => existsSync(join(dir, "initdb"))).pop();
  if (!bin) throw new Error("PostgreSQL is missing: apt-get install -y postgresql");
  return bin;
}

/** PostgreSQL refuses root: then it runs as its own account. */
function account() {
  if (process.getuid() !== 0) return {};
  const [, , uid, gid] = readFileSync("/etc/passwd", "utf8").split("\n").find((l) => l.startsWith("postgres:")).split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a cluster; `stop` is what an operator or a broken machine does, `start` brings it back at the same port. */
export async function startPostgres() {
  const bin = binaries();
  const as = account();
  const home = mkdtempSync(join(tmpdir(), "hotline-pg-"));
  chmodSync(home, 0o700);
  if (as.uid !== undefined) chownSync(home, as.uid, as.gid);
  const data = join(home, "data");
  const port = await freePort();
  const run = (program, ...args) => {
    const { status, stderr, error } = spawnSync(join(bin, program), args, { ...as, cwd: home, encoding: "utf8", env: { LC_ALL: "C", HOME: home, PATH: process.env.PATH }, stdio: ["ignore", "ignore", program === "initdb" ? "pipe" : "ignore"] });
    if (status !== 0) throw new Error(`${program} ${args[0]}: ${error ?? stderr ?? status}`);
  };
  run("initdb", "-D", data, "-U", "hotline", "--encoding=UTF8", "--locale=C", "--auth=trust");
  const start = () => run("pg_ctl", "start", "-w", "-D", data, "-l", join(home, "log"), "-o", `-p ${port} -k ${home} -c listen_addresses=127.0.0.1`);
  const stop = (mode = "immediate") => run("pg_ctl", "stop", "-w", "-m", mode, "-D", data);
  start();
  return {
    url: `postgres://hotline@127.0.0.1:${port}/postgres`,
    start,
    stop,
    remove() {
      try {
        stop();
      } catch {
        // It was stopped.
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}
