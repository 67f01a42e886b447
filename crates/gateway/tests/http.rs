//! The HTTP side against a server on this machine that is broken at first.

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command, Stdio};
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::extract::State;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use domain::message::HttpSettings;
    use gateway::http::Http;
    use gateway::{Gateway, LineState, Outcome, Outgoing};

    type Seen = Arc<Mutex<Vec<(String, String)>>>;

    /// Answers 503, then a refusal, then takes it.
    async fn answer(State(seen): State<Seen>, headers: HeaderMap, body: String) -> (StatusCode, String) {
        let key = headers.get("x-key").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let mut seen = seen.lock().unwrap();
        seen.push((key, body));
        match seen.len() {
            1 => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
            2 => (StatusCode::OK, r#"{"code":7,"msg":"余额不足"}"#.to_owned()),
            n => (StatusCode::OK, format!(r#"{{"code":0,"data":{{"id":{n}}}}}"#)),
        }
    }

    #[tokio::test]
    async fn it_is_told_what_is_wrong_and_goes_when_nothing_is() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = HttpSettings {
            url: format!("http://{address}/send"),
            headers: "X-Key: s3cret".to_owned(),
            success_at: "/code".to_owned(),
            success_is: "0".to_owned(),
            id_at: "/data/id".to_owned(),
            ..HttpSettings::default()
        };
        let http = Http::new(settings.clone()).unwrap();
        let message = Outgoing {
            id: "m1".to_owned(),
            to: "13800000001".to_owned(),
            text: "“您好”\n1".to_owned(),
            ..Outgoing::default()
        };
        let seen = Seen::default();
        let router = Router::new().route("/send", post(answer)).with_state(Arc::clone(&seen));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        assert_eq!(http.send(&message).await, Outcome::Unreached("网关繁忙（HTTP 503）".to_owned()));
        assert!(matches!(http.state(), LineState::Down(_)));
        assert!(matches!(http.send(&message).await, Outcome::Failed(why) if why.contains("余额不足")));
        assert_eq!(http.send(&message).await, Outcome::Taken(vec!["3".to_owned()]));
        assert_eq!(http.state(), LineState::Up);
        server.abort();
        let _ = server.await;
        let gone = Http::new(settings).unwrap().send(&message).await;
        assert_eq!(gone, Outcome::Unreached("无法连接短信网关".to_owned()));
        let seen = seen.lock().unwrap();
        let (key, body) = &seen[2];
        assert_eq!(key, "s3cret");
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(json, serde_json::json!({ "mobile": "13800000001", "content": "“您好”\n1", "msgid": "m1" }));
    }

    #[tokio::test]
    async fn a_redirection_is_not_followed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/send", post(|| async { (StatusCode::FOUND, [("location", "/other")]) }))
            .route("/other", post(|| async { "taken" }).get(|| async { "taken" }));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = Http::new(HttpSettings { url, ..HttpSettings::default() }).unwrap();
        let message =
            Outgoing { id: "m1".to_owned(), to: "138".to_owned(), text: "x".to_owned(), ..Outgoing::default() };
        assert!(matches!(http.send(&message).await, Outcome::Failed(why) if why.contains("302")));
    }

    /// A server whose certificate only who is given it trusts: its process, its port and the certificate.
    fn secure(dir: &std::path::Path) -> (Child, u16, String) {
        let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
        let (cert, key) = (path("cert.pem"), path("key.pem"));
        #[rustfmt::skip]
        let args = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", &key, "-out", &cert,
        ];
        let done = Command::new("openssl").args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/https.py");
        let mut server = Command::new("python3").args([script, &cert, &key]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (server, line.trim().parse().unwrap(), std::fs::read_to_string(&cert).unwrap())
    }

    #[tokio::test]
    async fn over_tls_only_a_trusted_gateway_gets_the_message() {
        let dir = tempfile::tempdir().unwrap();
        let (mut server, port, pem) = secure(dir.path());
        let message =
            Outgoing { id: "m1".to_owned(), to: "138".to_owned(), text: "x".to_owned(), ..Outgoing::default() };
        let of = |authority: &str, host: &str| HttpSettings {
            url: format!("https://{host}:{port}/send"),
            authority: authority.to_owned(),
            ..HttpSettings::default()
        };
        let mut seen = Vec::new();
        for settings in [of("", "localhost"), of(&pem, "127.0.0.1"), of(&pem, "localhost")] {
            seen.push(Http::new(settings).unwrap().send(&message).await);
        }
        server.kill().unwrap();
        server.wait().unwrap();
        let untrusted = |o: &Outcome| matches!(o, Outcome::Unreached(why) if why.contains("证书不受信任"));
        assert!(untrusted(&seen[0]), "nobody told us: {:?}", seen[0]);
        assert!(untrusted(&seen[1]), "another name: {:?}", seen[1]);
        assert_eq!(seen[2], Outcome::Taken(vec!["m1".to_owned()]));
    }
}
