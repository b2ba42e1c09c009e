//! Logins in a SOAP header, for ONVIF services that know no other.

use super::*;

/// A service as some are (roleoroleo): no word of HTTP's logins, a refusal in SOAP, and a clock of its own.
fn soap(request: &str) -> String {
    let element = |name: &str| {
        let begins = |rest: &&str| rest.starts_with([' ', '>']);
        let start = format!("<{name}");
        let mut rests = request.split(&start).skip(1);
        rests
            .find(begins)?
            .split_once('>')?
            .1
            .split('<')
            .next()
            .map(str::to_owned)
    };
    let answer = |status: &str, body: &str| {
        let envelope = format!(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>{body}</s:Body></s:Envelope>"
        );
        response(status, "Content-Type: application/soap+xml\r\n", &envelope)
    };
    if request.contains("<GetSystemDateAndTime") {
        return answer(
            "200 OK",
            "<GetSystemDateAndTimeResponse><UTCDateTime><Time><Hour>3</Hour><Minute>4</Minute><Second>5</Second></Time>\
             <Date><Year>2001</Year><Month>2</Month><Day>6</Day></Date></UTCDateTime></GetSystemDateAndTimeResponse>",
        );
    }
    let digest = || Some(token_digest(&element("Nonce")?, &element("Created")?));
    let is_right = element("Username").as_deref() == Some(USER)
        && element("Created").as_deref() == Some("2001-02-06T03:04:05Z")
        && element("Password").is_some_and(|password| Some(password) == digest());
    match is_right {
        true => answer(
            "200 OK",
            "<GetDeviceInformationResponse><Model>M</Model></GetDeviceInformationResponse>",
        ),
        false => answer(
            "400 Bad Request",
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode>\
             </s:Code></s:Fault>",
        ),
    }
}

fn tokens_allowed(password: &str) -> Live {
    door_with(Credential {
        allow_username_token: true,
        ..credential(password)
    })
}

#[tokio::test]
async fn a_username_token_is_sent_only_where_it_is_allowed_and_by_the_devices_clock() {
    let (to, log) = device(LOCAL, soap).await;
    assert!(
        matches!(door().fetch(service(to)).await.login, Some(LoginEnd::Withheld(reason)) if reason.why.contains("SOAP"))
    );
    assert_eq!(log.lock().unwrap().requests.len(), 1);

    let (to, log) = device(LOCAL, soap).await;
    let answer = tokens_allowed(PASSWORD).fetch(service(to)).await;
    assert_eq!((answer.login, status(&answer)), (Some(LoginEnd::Accepted), "200"));
    {
        let seen = log.lock().unwrap();
        assert_eq!((seen.requests.len(), seen.logins().len(), seen.connections), (3, 0, 1));
        let mut before = seen.requests[..2].iter();
        assert!(before.all(|request| !request.contains("UsernameToken")));
    }

    let (to, log) = device(LOCAL, soap).await;
    let door = tokens_allowed("wrong");
    assert_eq!(door.fetch(service(to)).await.login, Some(LoginEnd::Refused));
    assert_eq!(door.fetch(service(to)).await.outcome, Outcome::Denied);
    let tokens = log
        .lock()
        .unwrap()
        .requests
        .iter()
        .filter(|request| request.contains("UsernameToken"))
        .count();
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn a_service_that_offers_digest_is_sent_no_token_and_one_without_a_clock_nothing() {
    let refused = |request: &str| match authorization(request) {
        Some(_) => soap(""),
        None => unauthorized(DIGEST),
    };
    let (to, log) = device(LOCAL, refused).await;
    assert_eq!(
        tokens_allowed(PASSWORD).fetch(service(to)).await.login,
        Some(LoginEnd::Refused)
    );
    {
        let seen = log.lock().unwrap();
        assert!(seen.logins().len() == 1 && seen.requests.iter().all(|request| !request.contains("UsernameToken")));
    }
    let (to, log) = device(LOCAL, |_| soap("")).await;
    let end = tokens_allowed(PASSWORD).fetch(service(to)).await.login;
    assert!(
        matches!(end, Some(LoginEnd::Withheld(reason)) if reason.why.contains("clock")),
        "{end:?}"
    );
    assert!(
        log.lock()
            .unwrap()
            .requests
            .iter()
            .all(|request| !request.contains("UsernameToken"))
    );
}

#[tokio::test]
async fn who_refuses_something_else_than_the_login_is_sent_no_token() {
    let fault = |code: &str| soap("").replace("ter:NotAuthorized", code);
    let table = [
        (fault("ter:ActionNotSupported"), None),
        (response("401 Unauthorized", "", ""), Some("no way")),
    ];
    for (answer, why) in table {
        let (to, log) = device(LOCAL, move |_| answer.clone()).await;
        let withheld = match tokens_allowed(PASSWORD).fetch(service(to)).await.login {
            Some(LoginEnd::Withheld(reason)) => Some(reason.why),
            other => {
                assert_eq!(other, None);
                None
            }
        };
        assert!(withheld.unwrap_or_default().contains(why.unwrap_or_default()) && withheld.is_some() == why.is_some());
        assert_eq!(log.lock().unwrap().requests.len(), 1, "not even the clock is asked for");
    }
}
