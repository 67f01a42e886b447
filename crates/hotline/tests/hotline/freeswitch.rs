//! FreeSWITCH carries the calls of the whole program, as far as the event socket shows it; the agent is at a desk phone.

use std::path::Path;

use kernel::LegId;
use tokio::net::TcpListener;
use voice::protocol::{SeatCommand, SeatState};

use crate::desk_phone::{record, serve};
use crate::page::{Page, assign};
use crate::session::Session;
use crate::telephone::PATIENCE;

/// FreeSWITCH with one registered phone, as far as the event socket shows it.
struct Freeswitch {
    listener: TcpListener,
    home: tempfile::TempDir,
}

/// Its connection with the driver.
struct Link {
    session: Session,
}

impl Freeswitch {
    async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("recordings").display().to_string();
        let config = format!(
            "[switch]\nengine = \"freeswitch\"\nrecordings = \"{folder}\"\n[switch.freeswitch]\naddress = \"{}\"\n\
             password = \"secret\"\nrecordings = \"{folder}\"\nprompts = \"/srv/prompts\"\n",
            listener.local_addr().unwrap()
        );
        std::fs::write(home.path().join("hotline.toml"), config).unwrap();
        (Self { listener, home }, folder)
    }
}

fn lines(extension: &str) -> String {
    format!(
        "reg_user,realm,token,url,expires,network_ip,network_port,network_proto,hostname,metadata\n\
         {extension},fs,t,sofia/internal/sip:{extension}@10.0.0.9:5060,1700000000,10.0.0.9,5060,udp,fs,\n\n1 total.\n"
    )
}

impl Link {
    /// Takes commands until one begins and goes on like this for each of the wanted, in whatever order they come.
    async fn does<const N: usize>(&mut self, wanted: [(&str, &str); N]) -> [String; N] {
        let mut found = [const { String::new() }; N];
        while found.iter().any(String::is_empty) {
            let line = self.takes().await;
            let fits = |(head, part): &(&str, &str)| line.starts_with(head) && line.contains(part);
            if let Some(at) = wanted.iter().position(fits) {
                found[at] = line;
            }
        }
        found
    }

    /// Takes commands until one is wanted, and gives it; what is played on this line meanwhile is over at once, unless it is to go on for ever.
    async fn says_until(&mut self, leg: LegId, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.takes().await;
            if wanted(&line) {
                return line;
            }
            let head = format!("sendmsg {leg}\n");
            let played = line.starts_with(&head) && line.contains("execute-app-name: playback\n");
            if let Some((_, run)) = line.rsplit_once("Event-UUID: ").filter(|_| played) {
                self.session
                    .tells("CHANNEL_EXECUTE_COMPLETE", leg, &[("Application-UUID", run), ("Application", "playback")])
                    .await;
            }
        }
    }

    /// The next command; it succeeds.
    async fn takes(&mut self) -> String {
        let line = self.session.read().await;
        let answer = match line.split_once(' ') {
            Some(("api", _)) => "Content-Type: api/response\nContent-Length: 4\n\n+OK\n",
            _ => "Content-Type: command/reply\nReply-Text: +OK\n\n",
        };
        self.session.write(answer).await;
        line
    }
}

#[test]
fn freeswitch_carries_a_call_to_the_agents_desk_phone() {
    testkit::block(async {
        let (freeswitch, folder) = Freeswitch::start().await;
        let home = freeswitch.home.path().to_owned();
        let starting = tokio::task::spawn_blocking(move || serve(&home, &["--sip", "127.0.0.1:0"]));
        let (stream, _) = tokio::time::timeout(PATIENCE, freeswitch.listener.accept()).await.unwrap().unwrap();
        let mut fs = Link { session: Session::new(stream).greeted(&lines("8001")).await };
        let server = starting.await.unwrap();
        let mut page = Page::open(&server, "agent01").await;
        assign(&server, &page.user, "8001").await;
        page.sees("the registration", |seat| seat.phone.as_deref() == Some("8001") && seat.media).await;
        page.ask(SeatCommand::SignIn { skills: None }).await;
        page.sees("ready", |seat| seat.state == SeatState::Ready).await;

        let citizen = LegId(kernel::Uuid::from_u128(0x0C17_12E4));
        fs.session.park(citizen).await;
        fs.does([("api uuid_answer ", &citizen.to_string())]).await;
        fs.session.tells("CHANNEL_ANSWER", citizen, &[]).await;
        let originate = fs.says_until(citizen, |line| line.starts_with("bgapi originate")).await;
        assert!(
            originate.contains("user/8001 &park()") && originate.contains("origination_caller_id_number=13800000000")
        );
        let desk = originate.rsplit_once("Job-UUID: ").unwrap().1.trim().parse().map(LegId).unwrap();
        fs.session.tells("CHANNEL_PROGRESS", desk, &[]).await;
        page.sees("the ring", |seat| seat.state == SeatState::Ringing).await;
        fs.session.tells("CHANNEL_ANSWER", desk, &[]).await;
        let [bridge, start] = fs.does([("api uuid_bridge", ""), ("api uuid_record", " start ")]).await;
        assert!(bridge.contains(&citizen.to_string()) && bridge.contains(&desk.to_string()), "{bridge}");
        page.sees("the conversation", |seat| seat.state == SeatState::Talking).await;
        let file = start.rsplit_once(' ').unwrap().1.to_owned();
        assert!(file.starts_with(&folder), "{file}");
        std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
        std::fs::write(&file, b"RIFF").unwrap();

        fs.session.hangs_up(desk, "NORMAL_CLEARING", &[("variable_sip_term_status", "200")]).await;
        page.sees("the wrap-up", |seat| seat.state == SeatState::WrapUp).await;
        fs.does([("api uuid_record", " stop "), (&format!("sendmsg {citizen}"), "rating.ask")]).await;
        fs.session
            .tells_with(
                "RECORD_STOP",
                Some(citizen),
                &[("Record-File-Path", &file), ("variable_record_ms", "4321")],
                "",
            )
            .await;
        fs.session.hangs_up(citizen, "NORMAL_CLEARING", &[]).await;

        let call = record(&page).await;
        let kept = &call["recordings"][0];
        assert_eq!(
            (&call["outcome"], &kept["status"], &kept["ms"]),
            (&"answered".into(), &"closed".into(), &4321.into()),
            "{call}"
        );
        let legs = call["legs"].as_array().unwrap();
        assert!(legs.iter().all(|leg| leg["ended_at"].is_i64()) && legs.len() == 2, "{legs:?}");
    });
}
