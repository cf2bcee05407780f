//! Errors as services give them.

use crate::topology::Service;

/// An error of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The code, as awsQuery and restXml write it.
    pub code: &'static str,
    /// The text.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

impl ServiceError {
    /// An error of the client's making.
    pub fn sender(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status: 400 }
    }

    /// An error because something is not there.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status: 404 }
    }

    /// Whose fault it is, as the wire says it.
    pub fn side(&self) -> &'static str {
        if self.status < 500 { "Sender" } else { "Receiver" }
    }

    /// The service's own throttling error.
    pub fn throttled(service: Service) -> Self {
        match service {
            Service::S3 => Self { code: "SlowDown", message: "Please reduce your request rate.".into(), status: 503 },
            Service::CostExplorer => {
                Self::sender("LimitExceededException", "You made too many calls in a short period of time.")
            }
            Service::RoutingControl => {
                Self { code: "ThrottlingException", message: "Rate exceeded".to_owned(), status: 429 }
            }
            Service::DynamoDb => Self::sender(
                "ThrottlingException",
                "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your \
                 table or index so please try again shortly.",
            ),
            _ => Self::sender("Throttling", "Rate exceeded"),
        }
    }

    /// The service's own word for session credentials that have expired.
    pub fn expired(service: Service) -> Self {
        match service {
            Service::S3 => Self::sender("ExpiredToken", "The provided token has expired."),
            Service::CostExplorer | Service::DynamoDb => {
                Self::sender("ExpiredTokenException", "The security token included in the request is expired")
            }
            _ => Self {
                code: "ExpiredToken",
                message: "The security token included in the request is expired".to_owned(),
                status: 403,
            },
        }
    }

    /// The service's own internal error.
    pub fn internal(service: Service) -> Self {
        let (code, message) = match service {
            Service::S3 => ("InternalError", "We encountered an internal error. Please try again."),
            Service::CloudWatch => {
                ("InternalServiceError", "The request processing has failed due to an unknown error.")
            }
            Service::DynamoDb => ("InternalServerError", "The request could not be processed."),
            Service::CostExplorer | Service::RoutingControl => {
                ("InternalServerException", "The request processing has failed.")
            }
            _ => ("InternalFailure", "The request processing has failed because of an unknown error."),
        };
        Self { code, message: message.to_owned(), status: 500 }
    }

    /// The service's own word for being out of service.
    pub fn unavailable(service: Service) -> Self {
        let code = match service {
            Service::CostExplorer | Service::DynamoDb => "ServiceUnavailableException",
            Service::RoutingControl => "EndpointTemporarilyUnavailableException",
            _ => "ServiceUnavailable",
        };
        Self { code, message: "The service is temporarily unavailable.".to_owned(), status: 503 }
    }
}
