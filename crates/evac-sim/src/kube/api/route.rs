//! What a path means.

use super::super::{
    kinds::{self, Kind},
    status_error::StatusError,
    store::ObjectKey,
};

/// What a path stands for.
pub enum Route {
    /// Whether the server lives.
    Health,
    /// The server's version.
    Version,
    /// The versions of the core group.
    CoreVersions,
    /// All other groups.
    Groups,
    /// One group.
    Group(String),
    /// The resources of a group and version.
    Resources(String, String),
    /// The old OpenAPI document.
    OpenApiV2,
    /// The list of OpenAPI documents.
    OpenApiIndex,
    /// One of them.
    OpenApiGroup(String),
    /// A question about permissions, by its resource.
    AccessReview(String),
    /// Objects of one kind.
    Objects(Target),
}

/// Which objects, or which one.
pub struct Target {
    /// Their kind.
    pub kind: &'static Kind,
    /// The namespace; "" for all of them, or for what lives in none.
    pub namespace: String,
    /// The name; "" for the collection.
    pub name: String,
    /// `status`, `scale`, or "".
    pub subresource: String,
}

impl Target {
    /// The key of the one object.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(self.kind.resource, &self.namespace, &self.name)
    }

    /// The namespace that a list is limited to.
    pub fn within(&self) -> Option<&str> {
        (self.kind.namespaced && !self.namespace.is_empty()).then_some(self.namespace.as_str())
    }
}

/// Reads a path; what nothing is served at is a 404.
pub fn parse(path: &str) -> Result<Route, StatusError> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["version"] => Ok(Route::Version),
        ["healthz" | "livez" | "readyz", ..] => Ok(Route::Health),
        ["api"] => Ok(Route::CoreVersions),
        ["apis"] => Ok(Route::Groups),
        ["openapi", "v2"] => Ok(Route::OpenApiV2),
        ["openapi", "v3"] => Ok(Route::OpenApiIndex),
        ["openapi", "v3", rest @ ..] => Ok(Route::OpenApiGroup(rest.join("/"))),
        ["apis", group] => Ok(Route::Group((*group).to_owned())),
        ["apis", "authorization.k8s.io", "v1", kind] => Ok(Route::AccessReview((*kind).to_owned())),
        ["api", "v1"] => Ok(Route::Resources(String::new(), "v1".to_owned())),
        ["apis", group, version] => Ok(Route::Resources((*group).to_owned(), (*version).to_owned())),
        ["api", "v1", rest @ ..] => objects("", "v1", rest),
        ["apis", group, version, rest @ ..] => objects(group, version, rest),
        _ => Err(StatusError::no_such_path()),
    }
}

fn objects(group: &str, version: &str, rest: &[&str]) -> Result<Route, StatusError> {
    let (namespace, rest) = match rest {
        // `namespaces/x` and its own subresources are about the namespace itself.
        ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => ("", rest),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
        _ => ("", rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, "", ""),
        [plural, name] => (*plural, *name, ""),
        [plural, name, subresource] => (*plural, *name, *subresource),
        _ => return Err(StatusError::no_such_path()),
    };
    let kind = kinds::find(group, plural)
        .filter(|kind| kind.version == version)
        .filter(|kind| kind.namespaced || namespace.is_empty())
        // One namespaced object cannot be named without its namespace.
        .filter(|kind| !kind.namespaced || name.is_empty() || !namespace.is_empty())
        .ok_or_else(StatusError::no_such_path)?;
    Ok(Route::Objects(Target {
        kind,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        subresource: subresource.to_owned(),
    }))
}
