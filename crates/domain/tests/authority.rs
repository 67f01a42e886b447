//! The authority table, printed whole: who looks at a change of roles sees it in the difference of one file.
//! `UPDATE_GOLDEN=1 cargo test -p domain --test authority` writes it anew.

use std::path::Path;

use domain::authority::{Permission, Role};

fn print() -> String {
    let mut lines = vec!["角色".to_owned()];
    for (i, role) in Role::ALL.iter().enumerate() {
        lines.push(format!("{:>2}  {:<15} {}", i + 1, role.code(), role.cn()));
    }
    let numbers = |of: fn(usize) -> usize| (1..=Role::ALL.len()).map(|n| of(n).to_string()).collect::<String>();
    lines.push("\n权限".to_owned());
    lines.push(format!("{:<26}{}", "", numbers(|n| n / 10)));
    lines.push(format!("{:<26}{}", "", numbers(|n| n % 10)));
    for p in Permission::ALL {
        let row: String = Role::ALL.iter().map(|r| if p.roles().contains(r) { 'x' } else { '.' }).collect();
        lines.push(format!("{:<26}{row}  {}", p.code(), p.cn()));
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_authority_table_is_the_printed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/authority.txt");
    let present = print();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &present).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let change = present.lines().zip(golden.lines()).find(|(a, b)| a != b);
    assert_eq!(change, None, "{HINT}");
    assert_eq!(present.lines().count(), golden.lines().count(), "{HINT}");
}

const HINT: &str = "the table changed; if that is meant, run again with UPDATE_GOLDEN=1 and commit the file";
