//! Sounds in FreeSWITCH's terms.

use voice::switch::Sound;

use crate::config::FreeswitchSection;

/// One argument of `playback`; several sounds are one `file_string`.
pub fn play_list(sounds: &[Sound], config: &FreeswitchSection) -> String {
    let all: Vec<String> = sounds.iter().map(|s| sound(s, config)).collect();
    match all.as_slice() {
        [] => "silence_stream://20".to_owned(),
        [one] => one.clone(),
        several => format!("file_string://{}", several.join("!")),
    }
}

fn sound(sound: &Sound, config: &FreeswitchSection) -> String {
    // Names come from tables; what could leave the folder or split the list is not a name.
    let safe = |name: &str| !name.contains("..") && !name.contains(['!', '\'', '\\', '{', '}', '\n']);
    match sound {
        Sound::Prompt(name) if safe(name) && !name.contains('/') => {
            config.prompts.join(format!("{name}.wav")).to_string_lossy().into_owned()
        }
        Sound::File(file) if safe(file) && !file.starts_with('/') => {
            config.recordings.join(file).to_string_lossy().into_owned()
        }
        Sound::Prompt(_) | Sound::File(_) => "silence_stream://20".to_owned(),
        Sound::Music => "local_stream://moh".to_owned(),
        Sound::Tone { hz, ms } => format!("tone_stream://%({ms},0,{hz})"),
        Sound::Silence { ms } => format!("silence_stream://{ms}"),
    }
}

/// As one word of an API command.
pub fn quote(argument: &str) -> String {
    format!("'{argument}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let config = FreeswitchSection::default();
        let prompt = |name: &str| Sound::Prompt(name.into());
        assert_eq!(play_list(&[prompt("greeting")], &config), "/var/lib/freeswitch/prompts/greeting.wav");
        assert_eq!(
            play_list(&[prompt("digit.3"), Sound::Silence { ms: 200 }, Sound::Tone { hz: 1000, ms: 300 }], &config),
            "file_string:///var/lib/freeswitch/prompts/digit.3.wav!silence_stream://200!tone_stream://%(300,0,1000)"
        );
        assert_eq!(play_list(&[Sound::Music], &config), "local_stream://moh");
        let message = Sound::File("2026/11/m.wav".into());
        assert_eq!(play_list(&[message], &config), "/var/lib/freeswitch/recordings/2026/11/m.wav");
        for bad in ["../etc/passwd", "a!b", "a'b"] {
            assert_eq!(play_list(&[prompt(bad)], &config), "silence_stream://20", "{bad}");
        }
        assert_eq!(play_list(&[Sound::File("/etc/passwd".into())], &config), "silence_stream://20");
        assert_eq!(play_list(&[], &config), "silence_stream://20");
    }
}
