//! The directory of organisations, categories and catalogue rules as one snapshot.

use domain::directory::Directory;

use crate::{catalogue, category, error::Result, org, via::Via};

/// Reads the whole directory. Keep it and read again only after a change of its tables.
pub async fn load_directory<'a>(via: impl Into<Via<'a>>) -> Result<Directory> {
    let mut via = via.into();
    let orgs = org::list_orgs(&mut via).await?;
    let categories = category::list_categories(&mut via).await?;
    let rules = catalogue::list_rules(&mut via).await?;
    Ok(Directory::new(orgs, categories, rules))
}
