//! The SMPP side against a carrier on this machine.

#[cfg(test)]
mod peer;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::message::SmppSettings;
    use gateway::smpp::Smpp;
    use gateway::{Arrival, Gateway, Incoming, LineState, Outcome, Outgoing};
    use tokio::sync::mpsc;

    use crate::peer::{ANSWER, BUSY, Carrier, DELIVER, ENQUIRE, Line, UNBIND, bound, delivery, ucs2};

    const FROM: &str = "8613800000001";

    fn settings(port: u16) -> SmppSettings {
        SmppSettings {
            host: "127.0.0.1".to_owned(),
            port,
            system_id: "gov12345".to_owned(),
            password: "s3cret".to_owned(),
            source: "1234500".to_owned(),
            prefix: "86".to_owned(),
            per_second: 1000,
            enquire_s: 5,
            ..SmppSettings::default()
        }
    }

    fn message(text: &str) -> Outgoing {
        Outgoing { id: "1".to_owned(), to: "13800000001".to_owned(), text: text.to_owned(), ..Outgoing::default() }
    }

    async fn up(smpp: &Smpp) {
        while smpp.state() != LineState::Up {
            tokio::task::yield_now().await;
        }
    }

    /// A bound connection, both ends.
    async fn connected(carrier: &Carrier) -> (Smpp, Line, mpsc::Receiver<Arrival>) {
        let (tx, rx) = mpsc::channel(8);
        let smpp = Smpp::start(settings(carrier.port), tx);
        let mut line = carrier.connection().await;
        line.accept(0).await;
        up(&smpp).await;
        (smpp, line, rx)
    }

    #[tokio::test]
    async fn a_bind_says_who_we_are_and_a_short_message_is_one_unit() {
        let carrier = Carrier::start().await;
        let (tx, _rx) = mpsc::channel(8);
        let smpp = Smpp::start(settings(carrier.port), tx);
        let text = message("您的诉求已办结。");
        assert!(matches!(smpp.send(&text).await, Outcome::Unreached(_)), "nobody is there yet");
        let mut line = carrier.connection().await;
        let bind = line.accept(0).await;
        assert_eq!(bound(&bind), ("gov12345".to_owned(), "s3cret".to_owned(), 0x34));
        up(&smpp).await;
        let (sent, got) = tokio::join!(smpp.send(&text), line.take(0, "A1"));
        assert_eq!(sent, Outcome::Taken(vec!["A1".to_owned()]));
        assert_eq!((got.source.as_str(), got.to.as_str()), ("1234500", FROM));
        assert_eq!((got.class, got.receipt, got.coding), (0, 1, 8), "no header, a receipt is wanted, UCS-2");
        assert_eq!(got.text(), "您的诉求已办结。");
    }

    #[tokio::test]
    async fn a_long_message_is_parts_with_headers_and_each_has_its_number() {
        let carrier = Carrier::start().await;
        let (smpp, mut line, _rx) = connected(&carrier).await;
        let text: String = "一二三四五六七八九十".repeat(15);
        let take = async {
            let mut got = Vec::new();
            for number in ["P1", "P2", "P3"] {
                got.push(line.take(0, number).await);
            }
            got
        };
        let long = message(&text);
        let (sent, parts) = tokio::join!(smpp.send(&long), take);
        assert_eq!(sent, Outcome::Taken(["P1", "P2", "P3"].map(str::to_owned).to_vec()));
        let mut back = String::new();
        for (no, part) in (1_u8..).zip(&parts) {
            assert_eq!(part.class, 0x40);
            assert_eq!((&part.octets[..3], part.octets[4], part.octets[5]), (&[5, 0, 3][..], 3, no));
            assert_eq!(part.octets[3], parts[0].octets[3], "one reference");
            assert!(part.octets.len() <= 140);
            let body = crate::peer::Submitted { octets: part.octets[6..].to_vec(), ..part.clone() };
            back.push_str(&body.text());
        }
        assert_eq!(back, text);
    }

    #[tokio::test]
    async fn busy_is_asked_again_wrong_numbers_are_not() {
        let carrier = Carrier::start().await;
        let (smpp, mut line, _rx) = connected(&carrier).await;
        let one = message("一");
        let take = async {
            line.take(BUSY, "").await;
            line.take(0, "B1").await;
        };
        let (sent, ()) = tokio::join!(smpp.send(&one), take);
        assert_eq!(sent, Outcome::Taken(vec!["B1".to_owned()]));
        let (sent, _) = tokio::join!(smpp.send(&one), line.take(0x0B, ""));
        assert_eq!(sent, Outcome::Refused("手机号码无效（0x0B）".to_owned()));
        let (sent, _) = tokio::join!(smpp.send(&one), line.take(0x08, ""));
        assert_eq!(sent, Outcome::Failed("网关系统错误（0x08）".to_owned()));
    }

    #[tokio::test]
    async fn a_refused_bind_is_told_and_tried_again_and_a_lost_line_comes_back() {
        let carrier = Carrier::start().await;
        let (tx, _rx) = mpsc::channel(8);
        let smpp = Smpp::start(settings(carrier.port), tx);
        let mut line = carrier.connection().await;
        line.accept(0x0E).await;
        let mut again = carrier.connection().await;
        assert_eq!(smpp.state(), LineState::Down("短信网关拒绝登录：密码错误（0x0E）".to_owned()));
        let one = message("一");
        assert!(matches!(smpp.send(&one).await, Outcome::Unreached(why) if why.contains("密码错误")));
        again.accept(0).await;
        up(&smpp).await;
        // Cut with a message on its way: nobody knows whether it was taken, so it costs a try.
        let cut = async {
            again.next().await.unwrap();
            drop(again);
        };
        let (sent, ()) = tokio::join!(smpp.send(&one), cut);
        assert_eq!(sent, Outcome::Failed("发送中连接中断".to_owned()));
        let mut third = carrier.connection().await;
        third.accept(0).await;
        up(&smpp).await;
        let (sent, _) = tokio::join!(smpp.send(&one), third.take(0, "C1"));
        assert_eq!(sent, Outcome::Taken(vec!["C1".to_owned()]));
        drop(smpp);
        assert_eq!(third.next().await.unwrap().id, UNBIND, "it takes its leave");
    }

    #[tokio::test]
    async fn receipts_and_replies_are_acknowledged_when_they_are_kept() {
        let carrier = Carrier::start().await;
        let (_smpp, mut line, mut rx) = connected(&carrier).await;
        let receipt =
            b"id:A1 sub:001 dlvrd:000 submit date:2611281200 done date:2611281201 stat:UNDELIV err:011 text:x";
        line.put(DELIVER, 0, 70, &delivery("1234500", 0x04, 0, receipt)).await;
        let Arrival { what, kept } = rx.recv().await.unwrap();
        let error = Some("无法送达（UNDELIV，错误码011）".to_owned());
        assert_eq!(what, Incoming::Report { reference: "A1".to_owned(), good: false, error });
        kept.send(true).unwrap();
        let ack = line.next().await.unwrap();
        assert_eq!((ack.id, ack.status, ack.sequence), (DELIVER | ANSWER, 0, 70));
        // The number in its own field, and a state that is not the last one.
        let tlv = [&[0x00, 0x1E, 0, 3][..], b"A2\0", &[0x04, 0x27, 0, 1, 1]].concat();
        line.put(DELIVER, 0, 71, &[delivery("1234500", 0x04, 0, b""), tlv].concat()).await;
        assert_eq!(line.next().await.unwrap().sequence, 71, "on its way is no news");
        line.put(DELIVER, 0, 72, &delivery(FROM, 0, 8, &ucs2("3，没人来"))).await;
        let Arrival { what, kept } = rx.recv().await.unwrap();
        let text = "3，没人来".to_owned();
        assert_eq!(what, Incoming::Reply { phone: FROM.to_owned(), text, reference: None });
        kept.send(false).unwrap();
        let ack = line.next().await.unwrap();
        assert_eq!((ack.status, ack.sequence), (0x64, 72), "not kept: it is to come again");
    }

    #[tokio::test]
    async fn a_long_reply_is_put_together_whatever_order_its_parts_come_in() {
        let carrier = Carrier::start().await;
        let (_smpp, mut line, mut rx) = connected(&carrier).await;
        let part = |no: u8, text: &str| [vec![5, 0, 3, 9, 2, no], ucs2(text)].concat();
        line.put(DELIVER, 0, 80, &delivery(FROM, 0x40, 8, &part(2, "下半句"))).await;
        line.put(DELIVER, 0, 81, &delivery(FROM, 0x40, 8, &part(1, "上半句，"))).await;
        let Arrival { what, kept } = rx.recv().await.unwrap();
        assert!(matches!(what, Incoming::Reply { text, .. } if text == "上半句，下半句"));
        kept.send(true).unwrap();
        let acks = [line.next().await.unwrap().sequence, line.next().await.unwrap().sequence];
        assert_eq!(acks, [80, 81]);
    }

    #[tokio::test]
    async fn a_line_that_answers_no_check_is_given_up() {
        let carrier = Carrier::start().await;
        let (tx, _rx) = mpsc::channel(8);
        let smpp = Smpp::start(SmppSettings { enquire_s: 1, ..settings(carrier.port) }, tx);
        let mut line = carrier.connection().await;
        line.accept(0).await;
        let unit = line.units.recv().await.unwrap();
        assert_eq!(unit.id, ENQUIRE);
        assert!(line.units.recv().await.is_none(), "it hangs up");
        assert_eq!(smpp.state(), LineState::Down("链路检测没有应答".to_owned()));
    }

    #[tokio::test]
    async fn the_pace_of_the_contract_is_kept() {
        let carrier = Carrier::start().await;
        let (tx, _rx) = mpsc::channel(8);
        let smpp = Smpp::start(SmppSettings { per_second: 20, ..settings(carrier.port) }, tx);
        let mut line = carrier.connection().await;
        line.accept(0).await;
        up(&smpp).await;
        let begun = std::time::Instant::now();
        let take = async {
            for n in 0..6 {
                line.take(0, &n.to_string()).await;
            }
        };
        let one = message("一");
        let all = futures::future::join_all((0..6).map(|_| smpp.send(&one)));
        let (sent, ()) = tokio::join!(all, take);
        assert!(sent.iter().all(|o| matches!(o, Outcome::Taken(_))));
        assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
    }
}
