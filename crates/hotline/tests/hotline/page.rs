//! An agent's page: the WebSocket of the softphone, without a browser's voice.

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use voice::protocol::{PageFrame, SeatCommand, SeatFrame, SeatView};

use crate::client::Client;
use crate::server::Server;
use crate::telephone::PATIENCE;

pub struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    http: reqwest::Client,
    cookie: String,
    base: String,
    /// The signed-in person.
    pub user: String,
    no: u32,
}

impl Page {
    /// Signs in to the desk and takes the softphone; the seat is not at work yet.
    pub async fn open(server: &Server, login: &str) -> Self {
        let (http, base) = (reqwest::Client::new(), server.url.clone());
        let body = json!({ "login": login, "password": server.password });
        let answer = http.post(format!("{base}/api/v1/session")).json(&body).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let session: Value = answer.json().await.unwrap();
        let user = session["user"]["id"].as_str().unwrap().to_owned();
        let mut request = format!("{}/api/v1/phone", base.replacen("http", "ws", 1)).into_client_request().unwrap();
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        request.headers_mut().insert("origin", base.parse().unwrap());
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut page = Self { socket, http, cookie, base, user, no: 0 };
        page.ask(SeatCommand::Hello { tab: "tab".to_owned() }).await;
        page
    }

    pub async fn ask(&mut self, command: SeatCommand) {
        self.no += 1;
        let text = serde_json::to_string(&PageFrame { no: self.no, command }).unwrap();
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Waits until the seat is as wanted.
    pub async fn sees(&mut self, what: &str, wanted: impl Fn(&SeatView) -> bool) -> SeatView {
        let mut last = None;
        let found = async {
            while let Some(message) = self.socket.next().await {
                let Message::Text(text) = message.unwrap() else { continue };
                match serde_json::from_str(&text).unwrap() {
                    SeatFrame::Seat { seat } if wanted(&seat) => return *seat,
                    SeatFrame::Seat { seat } => last = Some(seat),
                    SeatFrame::Refused { code, message, .. } => panic!("{code}: {message}"),
                    _ => {}
                }
            }
            panic!("the platform closed the connection");
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(seat) => seat,
            Err(_) => panic!("{what} was not seen; last: {last:?}"),
        }
    }

    /// GET as this person.
    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}/api/v1{path}", self.base)).header("cookie", &self.cookie);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}

/// Who sets seats gives this person a desk phone and the queue of citizens.
pub async fn assign(server: &Server, user: &str, extension: &str) {
    let leader = Client::sign_in(&server.url, "teamleader01", server.password.as_deref().unwrap()).await.unwrap();
    let set = leader.put(&format!("/admin/phones/{user}"), &json!({ "extension": extension })).await.unwrap();
    assert_eq!(set["phone"], extension);
    let skills = json!({ "skills": [{ "skill": "public", "level": 1 }] });
    let set = leader.put(&format!("/admin/skills/{user}"), &skills).await.unwrap();
    assert_eq!((&set["phone"], &set["skills"][0]["skill"]), (&json!(extension), &json!("public")));
}
