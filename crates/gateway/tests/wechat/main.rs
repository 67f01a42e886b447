//! 微信公众号的接口 against a peer that speaks them: tokens are kept and renewed, files come or are told to be gone, every error says
//! whether it is the citizen, the account or the moment.

#[cfg(test)]
mod peer;

#[cfg(test)]
mod wechat {
    use domain::social::WechatSettings;
    use gateway::wechat::{Api, File, Wechat};
    use gateway::{Gateway as _, LineState, Outcome, Outgoing};

    use crate::peer::{APP_ID, Peer, SECRET, start};

    fn settings(api: String) -> WechatSettings {
        WechatSettings {
            on: true,
            app_id: APP_ID.to_owned(),
            secret: SECRET.to_owned(),
            token: "hotline12345".to_owned(),
            api,
            ..WechatSettings::default()
        }
    }

    fn message(to: &str) -> Outgoing {
        Outgoing {
            id: "0192f0c1".to_owned(),
            to: to.to_owned(),
            text: "您反映的“路灯”已登记".to_owned(),
            ..Outgoing::default()
        }
    }

    fn taken() -> Outcome {
        Outcome::Taken(vec!["0192f0c1".to_owned()])
    }

    async fn begun() -> (Peer, Wechat, Api) {
        let (peer, url) = start().await;
        let settings = settings(url);
        (peer, Wechat::new(&settings).unwrap(), Api::new(&settings).unwrap())
    }

    #[tokio::test]
    async fn one_token_serves_until_it_is_refused_and_then_once_more() {
        let (peer, wechat, _) = begun().await;
        let counts = || {
            let books = peer.lock().unwrap();
            (books.asked, books.forced)
        };
        for _ in 0..3 {
            assert_eq!(wechat.send(&message("oA1")).await, taken());
        }
        assert_eq!(peer.lock().unwrap().asked, 1, "it is kept");
        assert_eq!(peer.lock().unwrap().sent[0], ("oA1".to_owned(), "您反映的“路灯”已登记".to_owned()));
        // Another program of the house renewed it: ours is 40001 now, the current one is given out.
        peer.lock().unwrap().renew();
        assert_eq!(wechat.send(&message("oA1")).await, taken());
        assert_eq!(counts(), (2, 0));
        // The platform gives out one that it refuses itself: asked for by force, once.
        let refused = peer.lock().unwrap().token.clone();
        peer.lock().unwrap().expired.insert(refused);
        assert_eq!(wechat.send(&message("oA1")).await, taken());
        assert_eq!(counts(), (4, 1));
        let refused = peer.lock().unwrap().token.clone();
        peer.lock().unwrap().expired.insert(refused);
        assert!(matches!(wechat.send(&message("oA1")).await, Outcome::Unreached(_)), "not by force again within 30 s");
        assert_eq!(peer.lock().unwrap().forced, 1);
        assert_eq!(peer.lock().unwrap().sent.len(), 5);
    }

    #[tokio::test]
    async fn a_token_is_asked_for_before_it_runs_out() {
        let (peer, wechat, _) = begun().await;
        peer.lock().unwrap().expires_in = 300;
        for _ in 0..2 {
            assert_eq!(wechat.send(&message("oA1")).await, taken());
        }
        assert_eq!(peer.lock().unwrap().asked, 2, "five minutes are no time to start with");
    }

    #[tokio::test]
    async fn an_error_is_the_citizens_the_accounts_or_the_moments() {
        let (peer, wechat, _) = begun().await;
        for (code, words) in [(45015, "48小时"), (45047, "上限"), (43004, "取消关注")] {
            peer.lock().unwrap().refuse.insert("oA1".to_owned(), code);
            let came = wechat.send(&message("oA1")).await;
            assert!(matches!(&came, Outcome::Elsewhere(why) if why.contains(words)), "{came:?}");
            assert_eq!(wechat.state(), LineState::Up, "the line is good");
        }
        peer.lock().unwrap().refuse.insert("oA1".to_owned(), 45009);
        let full = "当日接口调用次数已用完（45009）".to_owned();
        assert_eq!(wechat.send(&message("oA1")).await, Outcome::Unreached(full.clone()));
        assert_eq!(wechat.state(), LineState::Down(full));
        peer.lock().unwrap().refuse.insert("oA1".to_owned(), 45002);
        assert!(matches!(wechat.send(&message("oA1")).await, Outcome::Failed(_)));
        peer.lock().unwrap().down = true;
        assert_eq!(wechat.send(&message("oA1")).await, Outcome::Unreached("微信接口返回 HTTP 502".to_owned()));
    }

    #[tokio::test]
    async fn what_is_set_wrongly_is_named() {
        let (_, url) = start().await;
        let wrong = |change: fn(&mut WechatSettings)| {
            let mut s = settings(url.clone());
            change(&mut s);
            Api::new(&s).unwrap()
        };
        let of = |api: Api| async move { api.check().await };
        assert_eq!(of(wrong(|_| {})).await, Ok(()));
        assert_eq!(of(wrong(|s| s.secret = "x".to_owned())).await, Err("AppSecret 不正确（40125）".to_owned()));
        assert_eq!(of(wrong(|s| s.app_id = "wx0".to_owned())).await, Err("AppID 不正确（40013）".to_owned()));
        let gone = wrong(|s| s.api = "http://127.0.0.1:1".to_owned());
        assert_eq!(of(gone).await, Err("无法连接微信接口".to_owned()));
    }

    #[tokio::test]
    async fn files_come_or_are_told_to_be_gone() {
        let (peer, _, api) = begun().await;
        peer.lock().unwrap().files.insert("m1".to_owned(), ("image/jpeg".to_owned(), vec![7; 300_000]));
        let file = File { bytes: vec![7; 300_000], ending: "jpeg".to_owned() };
        assert_eq!(api.media("m1").await, Ok(Ok(file.clone())));
        assert_eq!(api.media("m2").await, Ok(Err("文件已过期或被撤回".to_owned())));
        peer.lock().unwrap().renew();
        assert_eq!(api.media("m1").await, Ok(Ok(file)), "with a new token");
        peer.lock().unwrap().files.insert("m3".to_owned(), ("image/jpeg".to_owned(), vec![0; (20 << 20) + 1]));
        assert_eq!(api.media("m3").await, Ok(Err("文件超过20MB".to_owned())));
        peer.lock().unwrap().down = true;
        assert_eq!(api.media("m1").await, Err("微信接口返回 HTTP 502".to_owned()));
    }
}
