use super::*;

fn wrong(text: &str) -> String {
    SwitchConfig::parse(text).expect_err("a mistake is found").to_string()
}

#[test]
fn nothing_written_means_this_machine_only() {
    let config = SwitchConfig::parse("").unwrap();
    assert_eq!(config.sip.udp, Some("127.0.0.1:5060".parse().unwrap()));
    assert!(
        config.trunks.is_empty() && config.media.rtp_ip.is_loopback() && config.media.web.unwrap().ip().is_loopback()
    );
    SwitchConfig::demo().check().unwrap();
}

#[test]
fn a_whole_section_is_read() {
    let config = SwitchConfig::parse(
        r#"
        engine = "embedded"
        silence_s = 20
        [sip]
        udp = "0.0.0.0:5060"
        advertise = "192.0.2.10"
        [media]
        rtp_ip = "0.0.0.0"
        rtp_ports = [30000, 39999]
        web = "0.0.0.0:3478"
        announce = ["192.0.2.10", "10.1.1.1"]
        [[trunks]]
        name = "电信"
        host = "203.0.113.1"
        allow = ["203.0.113.0/24"]
        outbound = { user = "037112345", password = "secret" }
        register_s = 600
        [[phones]]
        extension = "8001"
        password = "long enough"
        "#,
    )
    .unwrap();
    let stack = config.stack().unwrap();
    assert_eq!(stack.trunks[0].port, 5060);
    assert!(stack.trunks[0].allow[0].contains("203.0.113.9".parse().unwrap()));
    assert_eq!(stack.advertise, Some("192.0.2.10".parse().unwrap()));
    assert_eq!(stack.phones[0].extension, "8001");
    assert!(!format!("{config:?}").contains("secret"), "passwords do not print");
}

#[test]
fn mistakes_are_told_by_field_and_remedy() {
    for (text, field) in [
        ("[sip]\nudp = \"0.0.0.0:5060\"", "sip.advertise"),
        ("[sip]\nrealm = \"\"", "sip.realm"),
        ("[media]\nrtp_ports = [20000, 20001]", "media.rtp_ports"),
        ("[media]\nrtp_ports = [3000, 4000]", "media.web"),
        ("[media]\nweb = \"0.0.0.0:3478\"", "media.announce"),
        ("[media]\nrtp_ip = \"0.0.0.0\"", "media.rtp_ip"),
        ("[[trunks]]\nname = \"a\"\nhost = \"\"", "trunks[0].host"),
        ("[[trunks]]\nname = \"a\"\nhost = \"h\"\nallow = [\"x\"]", "trunks[0].allow"),
        ("[[trunks]]\nname = \"a\"\nhost = \"h\"\nregister_s = 600", "trunks[0].outbound"),
        ("[[trunks]]\nname = \"a\"\nhost = \"h\"\ndials = false", "trunks[0]"),
        ("[[trunks]]\nname = \"a\"\nhost = \"h\"\ntransport = \"tls\"", "sip.authorities"),
        ("[[trunks]]\nname = \"a\"\nhost = \"h\"\n[[trunks]]\nname = \"a\"\nhost = \"h\"", "trunks[1].name"),
        ("[[phones]]\nextension = \"x\"\npassword = \"12345678\"", "phones[0].extension"),
        ("[[phones]]\nextension = \"8001\"\npassword = \"1234\"", "phones[0].password"),
        ("silence_s = 2", "silence_s"),
        ("max_call_s = 10", "max_call_s"),
        ("session_s = 30", "session_s"),
        ("[limits]\ncalls = 0", "limits"),
        ("engine = \"freeswitch\"\n[freeswitch]\ndial = \"x\"", "freeswitch.dial"),
        ("unknown = 1", "unknown"),
    ] {
        let told = wrong(text);
        assert!(told.contains(field) && (told.contains('请') || told.contains("必须")), "{text}: {told}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let Err(ConfigError(all)) = SwitchConfig::parse("silence_s = 1\nmax_call_s = 1") else { panic!() };
    assert_eq!(all.len(), 2);
}

#[test]
fn a_missing_certificate_is_told_by_its_path() {
    let config =
        SwitchConfig::parse("[sip.tls]\nbind = \"127.0.0.1:5061\"\ncertificate = \"absent.pem\"\nkey = \"absent.key\"")
            .unwrap()
            .below(Path::new("/nowhere"));
    let told = config.stack().unwrap_err().to_string();
    assert!(told.contains("/nowhere/absent.pem"), "{told}");
}
