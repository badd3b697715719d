//! Which service a message is for, and which operation it asks.
//!
//! AWS tells services apart by host name. All of ours share one, so the scope in the signature (`Authorization`
//! header) decides; for unsigned messages, what each service recognises as its own: a path, `X-Amz-Target`, or the
//! API version in a form. Signatures are not checked.

use crate::plug::Plug;
use crate::services::SERVICES;
use crate::wire::{Claim, Message, Request};

/// Finds the service and the operation that a message asks for; `None` if no service here takes it.
pub(crate) fn recognise(message: Message) -> Option<(&'static Plug, Request)> {
    recognise_among(SERVICES, message)
}

fn recognise_among(
    services: &'static [Plug],
    message: Message,
) -> Option<(&'static Plug, Request)> {
    let (plug, operation) = match &message.scope {
        Some(scope) => {
            let plug = services.iter().find(|plug| plug.service.name == scope.service)?;
            (plug, (plug.recognise)(&message)?.operation())
        }
        None => strongest(services, &message)?,
    };
    Some((plug, Request { service: &plug.service, operation, message }))
}

/// The first service that is sure of an unsigned message; otherwise the first that may take it.
fn strongest(services: &'static [Plug], message: &Message) -> Option<(&'static Plug, String)> {
    let mut likely = None;
    for plug in services {
        match (plug.recognise)(message) {
            Some(Claim::Sure(operation)) => return Some((plug, operation)),
            Some(Claim::Likely(operation)) => drop(likely.get_or_insert((plug, operation))),
            None => {}
        }
    }
    likely
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method, Uri, header};

    use super::*;
    use crate::wire::Service;

    fn signed(service: &str) -> HeaderMap {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        HeaderMap::from_iter([(header::AUTHORIZATION, scope.parse().unwrap())])
    }

    fn read(
        method: &Method,
        path: &'static str,
        headers: &HeaderMap,
        body: &str,
    ) -> Option<Request> {
        let message = Message::new(method, &Uri::from_static(path), headers, body.as_bytes());
        recognise(message).map(|(_, request)| request)
    }

    #[test]
    fn a_signature_says_which_service_and_region() {
        let request = read(&Method::POST, "/StartRecovery", &signed("drs"), "{}").unwrap();
        assert_eq!(request.service.name, "drs");
        assert_eq!(request.operation, "StartRecovery");
        assert_eq!(request.region(), Some("eu-west-1"));
    }

    #[test]
    fn a_method_and_any_path_reach_the_service() {
        let path = "/tags/arn%3Aaws%3Adrs%3Aus-west-2%3A1%3Ajob%2Fdrsjob-1+x?tagKeys=a%20b";
        let request = read(&Method::DELETE, path, &signed("drs"), "").unwrap();
        assert_eq!(request.operation, "UntagResource");
        assert_eq!(request.message.method, Method::DELETE);
        assert_eq!(request.message.path, path.split_once('?').unwrap().0);
        assert_eq!(request.message.query, [("tagKeys".to_owned(), "a b".to_owned())]);
    }

    #[test]
    fn unsigned_calls_are_told_apart_by_their_form() {
        let call = |path, body| {
            let request = read(&Method::POST, path, &HeaderMap::new(), body)?;
            Some((request.service.name, request.operation))
        };
        let is = |name, operation: &str| Some((name, operation.to_owned()));
        let identity = "Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(call("/", identity), is("sts", "GetCallerIdentity"));
        assert_eq!(call("/", "Action=Nothing&Version=2011-06-15"), is("sts", "Nothing"));
        assert_eq!(call("/", "Action=DescribeInstances&Version=1"), is("ec2", "DescribeInstances"));
        assert_eq!(call("/DescribeJobs", identity), is("drs", "DescribeJobs"));
        assert_eq!(call("/no/such/path", identity), is("drs", "no/such/path"));
        assert_eq!(call("/", "hello"), None);
    }

    #[test]
    fn a_target_is_of_systems_manager_whatever_the_path_is() {
        let target = HeaderMap::from_iter([(
            "x-amz-target".parse::<axum::http::HeaderName>().unwrap(),
            "AmazonSSM.ListCommands".parse().unwrap(),
        )]);
        for path in ["/", "/DescribeJobs"] {
            let request = read(&Method::POST, path, &target, "{}").unwrap();
            assert_eq!((request.service.name, request.operation.as_str()), ("ssm", "ListCommands"));
        }
    }

    /// A service whose operations are methods and paths, as those of Route 53 are.
    static WITH_PATHS: &[Plug] = &[
        crate::drs::PLUG,
        Plug {
            service: Service { name: "route53", operations: &["ListResourceRecordSets"] },
            recognise: |message| {
                let zones = message.path.strip_prefix("/2013-04-01/hostedzone/")?;
                let is_list = message.method == Method::GET && zones.ends_with("/rrset");
                is_list.then(|| Claim::Sure("ListResourceRecordSets".to_owned()))
            },
            ..crate::drs::PLUG
        },
    ];

    #[test]
    fn a_method_with_a_path_reaches_the_service_that_is_sure_of_it_signed_or_not() {
        let call = |method: &Method, headers: &HeaderMap| {
            let uri = Uri::from_static("/2013-04-01/hostedzone/Z1/rrset?maxitems=5");
            let message = Message::new(method, &uri, headers, b"");
            let (plug, request) = recognise_among(WITH_PATHS, message)?;
            Some((plug.service.name, request.operation))
        };
        let listed = Some(("route53", "ListResourceRecordSets".to_owned()));
        assert_eq!(call(&Method::GET, &HeaderMap::new()), listed);
        assert_eq!(call(&Method::GET, &signed("route53")), listed);
        assert_eq!(call(&Method::DELETE, &signed("route53")), None);
    }

    #[test]
    fn a_service_that_is_not_simulated_is_none() {
        assert!(read(&Method::POST, "/", &signed("s3"), "").is_none());
    }
}
