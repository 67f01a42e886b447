//! 微博的接口 against a peer that speaks them: nothing is read twice or missed, errors say what to do, answers stand where they belong.

#[cfg(test)]
mod peer;

#[cfg(test)]
mod weibo {
    use domain::social::WeiboSettings;
    use gateway::weibo::{Api, Feed, Trouble, Weibo};
    use gateway::{Gateway as _, LineState, Outcome, Outgoing};
    use kernel::Ts;
    use serde_json::{Value, json};

    use crate::peer::{Peer, TOKEN, UID, start, status};

    const CITIZEN: i64 = 1_700_000_001;
    const THUMB: &str = "http://ww1.sinaimg.cn/thumbnail/a.jpg";

    fn settings(api: &str) -> WeiboSettings {
        WeiboSettings {
            on: true,
            uid: UID.to_string(),
            access_token: TOKEN.to_owned(),
            since: "2011-01-01".to_owned(),
            api: api.to_owned(),
            ..WeiboSettings::default()
        }
    }

    fn post(id: i64, text: &str) -> Value {
        status(id, CITIZEN, text, Some(THUMB))
    }

    fn message(to: &str, words: &str) -> Outgoing {
        Outgoing { id: "7".to_owned(), to: to.to_owned(), text: words.to_owned(), ..Outgoing::default() }
    }

    async fn begun() -> (Peer, String, Api) {
        let (peer, url) = start().await;
        let api = Api::new(&settings(&url)).unwrap();
        (peer, url, api)
    }

    #[tokio::test]
    async fn mentions_come_once_and_oldest_first_over_pages() {
        let (peer, _, api) = begun().await;
        peer.lock().unwrap().posts = (1..=420).map(|n| post(n, "@云12345 路灯坏了")).collect();
        let all = api.mentions(Feed::Posts, 0, Ts(0)).await.unwrap();
        assert_eq!(all.iter().map(|m| m.id).collect::<Vec<_>>(), (1..=420).collect::<Vec<_>>());
        assert_eq!(peer.lock().unwrap().asked.len(), 3);
        assert_eq!(api.mentions(Feed::Posts, 418, Ts(0)).await.unwrap().len(), 2);
        let first = &all[0];
        assert_eq!((first.uid.as_str(), first.name.as_str()), ("1700000001", "澄湖小高"));
        assert_eq!(first.at, Ts::parse_iso("2011-05-31T17:46:55+08:00"));
        assert_eq!(first.pictures, ["http://ww1.sinaimg.cn/large/a.jpg"]);
        assert_eq!(first.link, "https://weibo.com/1700000001/1");
    }

    #[tokio::test]
    async fn what_is_old_deleted_or_our_own_is_no_matter() {
        let (peer, _, api) = begun().await;
        let deleted = json!({ "created_at": "Tue May 31 17:46:55 +0800 2011", "id": 3, "text": "此微博已被作者删除", "deleted": "1" });
        let mut old: Vec<Value> = (10..=800).map(|n| post(n, "@云12345 以前的")).collect();
        old.extend([status(801, UID, "转发 @云12345", None), deleted, post(802, "@云12345 新的")]);
        peer.lock().unwrap().posts = old;
        let day = Ts::parse_iso("2011-05-31T17:46:55+08:00").unwrap();
        let ids = async |begin: Ts| {
            let all = api.mentions(Feed::Posts, 700, begin).await.unwrap();
            all.into_iter().map(|m| m.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(day).await.len(), 101, "701 to 800, and 802");
        peer.lock().unwrap().asked.clear();
        assert!(ids(day.plus_minutes(1)).await.is_empty());
        assert_eq!(peer.lock().unwrap().asked.len(), 1, "what is older need not be looked through");
    }

    #[tokio::test]
    async fn a_comment_knows_its_post_and_a_repost_its_origin() {
        let (peer, _, api) = begun().await;
        let comment = json!({
            "created_at": "Wed Jun 01 00:50:25 +0800 2011", "id": 77, "text": "@云12345 管一管",
            "user": { "id": 5, "screen_name": "小新" }, "status": post(12, "路口积水"),
        });
        peer.lock().unwrap().comments = vec![comment];
        let all = api.mentions(Feed::Comments, 0, Ts(0)).await.unwrap();
        assert_eq!((all[0].id, all[0].post, all[0].about.as_deref()), (77, 12, Some("路口积水")));
        assert_eq!((all[0].uid.as_str(), all[0].poster.as_str()), ("5", "1700000001"));
        assert_eq!(all[0].link, "https://weibo.com/1700000001/c");
        let mut repost = post(13, "转发 @云12345");
        repost["retweeted_status"] = post(11, "全文见图");
        repost["longText"] = json!({ "content": "转发 @云12345 请管一管这里的积水" });
        peer.lock().unwrap().posts = vec![repost];
        let all = api.mentions(Feed::Posts, 0, Ts(0)).await.unwrap();
        assert_eq!(
            (all[0].text.as_str(), all[0].about.as_deref()),
            ("转发 @云12345 请管一管这里的积水", Some("全文见图"))
        );
        assert_eq!(all[0].pictures.len(), 2);
    }

    #[tokio::test]
    async fn errors_say_whether_to_wait_or_to_act() {
        let (peer, url, api) = begun().await;
        assert_eq!(api.token().await.map(|t| (t.uid, t.good_s)), Ok((UID.to_string(), 157_679_471)));
        for code in [10022, 10023, 10024] {
            peer.lock().unwrap().error = Some((code, "out of rate limit"));
            let no = api.mentions(Feed::Posts, 0, Ts(0)).await.unwrap_err();
            assert!(matches!(&no, Trouble::Limited(why) if why.contains(&code.to_string())), "{no:?}");
        }
        peer.lock().unwrap().error = Some((21327, "expired_token"));
        let no = api.mentions(Feed::Posts, 0, Ts(0)).await.unwrap_err();
        assert_eq!(no.words(), "访问令牌已过期，请重新授权（21327）");
        assert_eq!(api.token().await.unwrap_err(), no);
        let weibo = Weibo::new(&settings(&url)).unwrap();
        assert_eq!(weibo.send(&message("12", "好")).await, Outcome::Unreached(no.words()), "waits for a new token");
        assert_eq!(weibo.state(), LineState::Down(no.words()));
        let gone = Api::new(&settings("http://127.0.0.1:1")).unwrap();
        assert_eq!(gone.mentions(Feed::Posts, 0, Ts(0)).await.unwrap_err().words(), "无法连接微博接口");
    }

    #[tokio::test]
    async fn answers_stand_where_they_belong_and_once() {
        let (peer, url, _) = begun().await;
        let weibo = Weibo::new(&settings(&url)).unwrap();
        assert_eq!(weibo.send(&message("12", "已登记 &编号=1")).await, Outcome::Taken(vec!["9001".to_owned()]));
        assert_eq!(
            weibo.send(&message("12", "已登记 &编号=1")).await,
            Outcome::Taken(vec!["7".to_owned()]),
            "it stands there"
        );
        assert_eq!(weibo.send(&message("12/77", "已答复")).await, Outcome::Taken(vec!["9002".to_owned()]));
        assert_eq!(weibo.send(&message("404", "已转办")).await, Outcome::Refused("原微博已删除（20101）".to_owned()));
        let s = str::to_owned;
        let said = peer.lock().unwrap().said.clone();
        assert_eq!(said[0], (s("/2/comments/create.json"), s("12"), s(""), s("已登记 &编号=1")));
        assert_eq!(said[1], (s("/2/comments/reply.json"), s("12"), s("77"), s("已答复")));
        assert_eq!(said.len(), 2);
    }

    #[tokio::test]
    async fn only_weibos_own_pictures_are_fetched() {
        let (peer, url, api) = begun().await;
        let lamp = format!("{url}/large/lamp.png");
        assert!(matches!(api.picture(&lamp).await, Err(Trouble::Unreached(_))), "it may come later");
        peer.lock().unwrap().picture = vec![7; 1000];
        assert_eq!(api.picture(&lamp).await, Ok(Ok(vec![7; 1000])));
        assert_eq!(api.picture(&format!("{url}/large/none.png")).await, Ok(Err("图片已删除".to_owned())));
        for foreign in [
            "http://10.0.0.1/a.jpg",
            "http://sinaimg.cn.example.com/a.jpg",
            "http://10.0.0.1#.sinaimg.cn/a.jpg",
            "http://wx1.sinaimg.cn:8080/a.jpg",
            "file:///etc/passwd",
        ] {
            assert_eq!(api.picture(foreign).await, Ok(Err("图片地址不是微博的".to_owned())), "{foreign}");
        }
    }
}
