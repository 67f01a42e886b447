//! 统一身份认证 at the outer desk: the core tells how citizens sign in, the portal's side speaks with the provider itself.

use app::citizen::sign_in::{self, SignInSettings};
use citizen::{Person, SignInReturned};

use crate::Result;
use crate::outer::OuterDesk;

/// The settings as last told; sealed like every view.
pub(crate) const VIEW: &str = "sign_in";

impl OuterDesk {
    /// How citizens sign in, as last told.
    pub(crate) async fn sign_in_settings(&self) -> Result<Option<SignInSettings>> {
        let text = store::exchange::view(&self.store.db, &self.store.vault, VIEW).await?;
        Ok(text.map(|t| serde_json::from_str::<Option<SignInSettings>>(&t)).transpose()?.flatten())
    }

    pub(crate) async fn signed_in(&self, ticket: &str, returned: SignInReturned) -> Result<Person> {
        let settings = self.sign_in_settings().await?;
        Ok(sign_in::finish(&self.oidc, settings, ticket, returned, self.clock.now()).await?)
    }
}
