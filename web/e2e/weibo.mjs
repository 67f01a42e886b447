// Weibo for the stories: its interfaces as open.weibo.com has them.
import { createServer } from "node:http";

export const TOKEN = "2.00AbCdEfGh1234";
export const UID = "1404376560";

/** `Tue May 31 17:46:55 +0800 2011`, some seconds ago. */
function moment(ago) {
  const [week, day, month, year, time] = new Date(Date.now() + 8 * 3_600_000 - ago * 1000).toUTCString().replace(",", "").split(" ");
  return `${week} ${month} ${day} ${time} +0800 ${year}`;
}

const user = (id, name) => ({ id: Number(id), idstr: String(id), screen_name: name });

/** A post of a person, with the addresses of its small pictures. */
export const post = (id, uid, name, text, pictures = []) => ({
  created_at: moment(60),
  id,
  mid: String(id),
  idstr: String(id),
  text,
  pic_urls: pictures.map((thumbnail_pic) => ({ thumbnail_pic })),
  user: user(uid, name),
});

/** A comment beneath a post. */
export const comment = (id, uid, name, text, status) => ({ created_at: moment(20), id, idstr: String(id), text, user: user(uid, name), status });

/** Starts the interfaces. `posts` and `comments` mention the account; `said` grows with every comment made. */
export async function startWeibo() {
  const weibo = { posts: [], comments: [], said: [], picture: undefined, error: undefined, url: "", close: () => server.close() };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://weibo");
    let body = "";
    for await (const chunk of request) body += chunk;
    const json = (answer, status = 200) => response.writeHead(status, { "content-type": "application/json;charset=UTF-8" }).end(JSON.stringify(answer));
    const refuse = (error_code, error) => json({ request: url.pathname, error_code, error }, error_code === 21327 ? 401 : 403);
    if (url.pathname.startsWith("/large/")) return weibo.picture ? response.setHeader("content-type", "image/png").end(weibo.picture) : response.writeHead(404).end();
    const asked = request.method === "POST" ? new URLSearchParams(body) : url.searchParams;
    if (weibo.error) return refuse(...weibo.error);
    if (asked.get("access_token") !== TOKEN) return refuse(21332, "invalid_access_token");
    const page = (name, all) => {
      const fresh = all.filter((entry) => entry.id > Number(asked.get("since_id"))).sort((a, b) => b.id - a.id);
      const [count, n] = [Math.min(200, Number(asked.get("count"))), Number(asked.get("page"))];
      json({ [name]: fresh.slice((n - 1) * count, n * count), hasvisible: false, previous_cursor: 0, next_cursor: 0, total_number: fresh.length });
    };
    switch (url.pathname) {
      case "/oauth2/get_token_info":
        return json({ uid: Number(UID), appkey: "1073880650", scope: null, create_at: 1_352_267_591, expire_in: 157_679_471 });
      case "/2/statuses/mentions.json":
        return page("statuses", weibo.posts);
      case "/2/comments/mentions.json":
        return page("comments", weibo.comments);
      case "/2/comments/create.json":
      case "/2/comments/reply.json": {
        const text = asked.get("comment");
        if (weibo.said.some((c) => c.text === text)) return refuse(20019, "repeat content!");
        weibo.said.push({ post: asked.get("id"), below: asked.get("cid"), text });
        return json({ created_at: moment(0), id: 9000 + weibo.said.length, text });
      }
      default:
        return refuse(10020, "request api not found");
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  weibo.url = `http://127.0.0.1:${server.address().port}`;
  return weibo;
}
