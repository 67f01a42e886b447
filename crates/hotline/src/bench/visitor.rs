//! One citizen with a browser without scripts: cookies, forms, and the sum before a code is sent.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::{Client, Response, header};

/// A visitor of the portal. The address is the proxy's word: each citizen has their own.
pub struct Visitor {
    client: Client,
    base: String,
    address: String,
    cookies: Vec<(String, String)>,
}

/// A page and how long it took from the request to its last byte.
pub struct Page {
    pub html: String,
    pub location: Option<String>,
    pub took: Duration,
}

/// The sum of a page, solved, and the token that goes with it.
pub fn solve(html: &str) -> Option<(String, String)> {
    const WORDS: &str = "零一二三四五六七八九";
    let value = |c: char| WORDS.chars().position(|w| w == c);
    let mut asked = html.split("算一算：").nth(1)?.split("等于几").next()?.chars();
    let (a, sign, b) = (value(asked.next()?)?, asked.next()?, value(asked.next()?)?);
    let sum = if sign == '加' { a + b } else { a.checked_sub(b)? } + usize::from(asked.as_str() == "再加一");
    let token = html.split("name=\"token\" value=\"").nth(1)?.split('"').next()?;
    Some((sum.to_string(), token.to_owned()))
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl Visitor {
    /// Connections are shared with the other visitors, as behind a proxy.
    pub fn new(client: &Client, base: &str, n: u32) -> Self {
        let [_, b, c, d] = n.to_be_bytes();
        let address = format!("10.{b}.{c}.{d}");
        Self { client: client.clone(), base: base.to_owned(), address, cookies: Vec::new() }
    }

    /// A page that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub async fn get(&mut self, path: &str) -> Result<Page> {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request, path).await
    }

    /// Sends a plain form.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Result<Page> {
        let body: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={}", encoded(v))).collect();
        let kind = "application/x-www-form-urlencoded";
        let request = self.client.post(format!("{}{path}", self.base)).header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.join("&")), path).await
    }

    /// Sends a form as one with files is sent.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn post_parts(&mut self, path: &str, pairs: &[(&str, &str)]) -> Result<Page> {
        let mut body = String::new();
        for (name, value) in pairs {
            body.push_str(&format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str("--cut--\r\n");
        let kind = "multipart/form-data; boundary=cut";
        let request = self.client.post(format!("{}{path}", self.base)).header(header::CONTENT_TYPE, kind);
        self.send(request.body(body), path).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder, path: &str) -> Result<Page> {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut request = request.header("x-forwarded-for", &self.address);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let begun = Instant::now();
        let answer = request.send().await?;
        let (status, location) = (answer.status(), text_of(&answer, header::LOCATION.as_str()));
        self.remember(&answer);
        let html = answer.text().await?;
        if !status.is_success() && !status.is_redirection() {
            let told: String = html.split("role=\"alert\"").nth(1).unwrap_or(&html).chars().take(300).collect();
            bail!("{path} answered {status}: {told}");
        }
        Ok(Page { html, location, took: begun.elapsed() })
    }

    fn remember(&mut self, answer: &Response) {
        for value in answer.headers().get_all(header::SET_COOKIE) {
            let pair = value.to_str().ok().and_then(|v| v.split(';').next()).and_then(|v| v.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.retain(|(n, _)| n != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

fn text_of(answer: &Response, name: &str) -> Option<String> {
    answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
}

/// The last community of the list of areas, as a form names it.
///
/// # Errors
/// When the page has no such list.
pub fn area_of(page: &str) -> Result<String> {
    let list = page.split("name=\"area\"").nth(1).context("the form asks for an area")?;
    let value = list.split("<option value=\"99").nth(1).and_then(|v| v.split('"').next());
    value.map(|v| format!("99{v}")).context("there is an area to choose")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_kinds_of_sums_are_solved() {
        let page = |asked: &str| format!("算一算：{asked}等于几？ <input name=\"token\" value=\"ab\">");
        let sums = [("三加五", "8"), ("九减四", "5"), ("二加二再加一", "5")];
        for (asked, sum) in sums {
            assert_eq!(solve(&page(asked)), Some((sum.to_owned(), "ab".to_owned())), "{asked}");
        }
        assert_eq!(solve("nothing asked"), None);
    }
}
