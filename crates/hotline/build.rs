//! The desk's files are embedded when they were built; without Node a page says how to build them.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    println!("cargo:rerun-if-changed={}", dist.join("index.html").display());
    if !dist.join("index.html").exists() {
        std::fs::create_dir_all(&dist).expect("web/dist can be made");
        let page = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>12345</title>\
                    <p>坐席页面尚未构建，请执行 <code>cargo xtask web</code> 后重新编译。接口可正常使用。</p></html>";
        std::fs::write(dist.join("index.html"), page).expect("web/dist can be written");
    }
}
