use db::{Db, FromRow, Json, columns, prepares, tables};
use serde::{Deserialize, Serialize};
use testkit::both_engines;
use uuid::Uuid;

use crate::fixture::schema;

#[derive(Debug, Clone, Copy, PartialEq, sqlx::Type)]
#[sqlx(transparent)]
struct Id(Uuid);

#[derive(Debug, Clone, Copy, PartialEq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
enum State {
    Filed,
    SentBack,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Form {
    tags: Vec<String>,
    n: i64,
}

#[derive(Debug, PartialEq, FromRow)]
struct Everything {
    id: Id,
    n: i64,
    n_opt: Option<i64>,
    flag: bool,
    flag_opt: Option<bool>,
    title: String,
    title_opt: Option<String>,
    other: Option<Uuid>,
    bytes: Vec<u8>,
    bytes_opt: Option<Vec<u8>>,
    form: Json<Form>,
    form_opt: Option<Json<Form>>,
    ratio: f64,
    state: State,
}

const DDL: &str = "CREATE TABLE everything (
    id UUID NOT NULL PRIMARY KEY, n BIGINT NOT NULL, n_opt BIGINT, flag BOOLEAN NOT NULL, flag_opt BOOLEAN,
    title TEXT NOT NULL, title_opt TEXT, other UUID, bytes {{bytes}} NOT NULL, bytes_opt {{bytes}},
    form JSONB NOT NULL, form_opt JSONB, ratio DOUBLE PRECISION NOT NULL, state TEXT NOT NULL
);
CREATE TABLE numbered (id {{serial}}, name TEXT NOT NULL);";
const INSERT: &str = "INSERT INTO everything
    (id, n, n_opt, flag, flag_opt, title, title_opt, other, bytes, bytes_opt, form, form_opt, ratio, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

async fn insert(db: &Db, e: &Everything) {
    let mut tx = db.begin().await.unwrap();
    let n = tx
        .run(
            INSERT,
            &[
                &e.id,
                &e.n,
                &e.n_opt,
                &e.flag,
                &e.flag_opt,
                &e.title.as_str(),
                &e.title_opt,
                &e.other,
                &e.bytes,
                &e.bytes_opt,
                &e.form,
                &e.form_opt,
                &e.ratio,
                &e.state,
            ],
        )
        .await
        .unwrap();
    assert_eq!(n, 1);
    tx.commit().await.unwrap();
}

fn full() -> Everything {
    let form = Form { tags: vec!["照明".to_owned(), "井盖".to_owned()], n: -7 };
    Everything {
        id: Id(Uuid::from_u128(1)),
        n: i64::MIN,
        n_opt: Some(i64::MAX),
        flag: true,
        flag_opt: Some(false),
        title: "路灯不亮'\"\\ 😀".to_owned(),
        title_opt: Some(String::new()),
        other: Some(Uuid::from_u128(u128::MAX)),
        bytes: vec![0, 1, 255],
        bytes_opt: Some(vec![]),
        form: Json(form.clone()),
        form_opt: Some(Json(form)),
        ratio: 0.1,
        state: State::SentBack,
    }
}

fn sparse() -> Everything {
    Everything {
        id: Id(Uuid::from_u128(2)),
        n_opt: None,
        flag_opt: None,
        title_opt: None,
        other: None,
        bytes_opt: None,
        form_opt: None,
        state: State::Filed,
        ..full()
    }
}

both_engines! {
    async fn every_bind_type_comes_back_as_it_went(db: Db) {
        schema(&db, DDL).await;
        for row in [full(), sparse()] {
            insert(&db, &row).await;
            let read: Option<Everything> = db.one("SELECT * FROM everything WHERE id = $1", &[&row.id]).await.unwrap();
            assert_eq!(read, Some(row));
        }
        let all: Vec<Everything> = db.all("SELECT * FROM everything ORDER BY id", &[]).await.unwrap();
        assert_eq!(all, [full(), sparse()]);
        let n: i64 = db.scalar("SELECT count(*) FROM everything WHERE state = $1", &[&State::Filed]).await.unwrap();
        assert_eq!(n, 1);
        let none: Option<i64> = db.scalar_opt("SELECT n FROM everything WHERE id = $1", &[&Uuid::nil()]).await.unwrap();
        assert_eq!(none, None);
    }

    async fn a_serial_key_counts_up(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        for expected in 1..=3i64 {
            let id: i64 = tx.scalar("INSERT INTO numbered (name) VALUES ($1) RETURNING id", &[&"甲"]).await.unwrap();
            assert_eq!(id, expected);
        }
        tx.commit().await.unwrap();
    }

    async fn both_engines_describe_the_same_schema(db: Db) {
        schema(&db, DDL).await;
        assert_eq!(tables(&db).await.unwrap(), ["everything", "numbered"]);
        let described: Vec<String> = columns(&db, "everything").await.unwrap().into_iter()
            .map(|c| format!("{}:{}{}", c.name, c.kind, if c.nullable { "?" } else { "" })).collect();
        assert_eq!(described.join(" "), "id:uuid n:bigint n_opt:bigint? flag:boolean flag_opt:boolean? title:text \
            title_opt:text? other:uuid? bytes:bytea bytes_opt:bytea? form:jsonb form_opt:jsonb? ratio:double precision state:text");
        let id = &columns(&db, "numbered").await.unwrap()[0];
        assert_eq!((id.kind.as_str(), id.nullable), ("bigint", false));
        assert!(columns(&db, "absent").await.unwrap().is_empty());
    }

    async fn a_misspelt_statement_does_not_prepare(db: Db) {
        schema(&db, DDL).await;
        prepares(&db, &INSERT.into()).await.unwrap();
        let said = prepares(&db, &"SELECT nope FROM everything".into()).await.unwrap_err();
        assert!(said.contains("nope") && said.contains("SELECT"), "{said}");
    }
}
