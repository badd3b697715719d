//! Lists of AWS, page after page, which end somewhere: what answers for ever must not use up the machine.

use aws_smithy_async::future::pagination_stream::PaginationStream;
use moontide_runtime::effect::{EffectError, Unavailable};

/// No list is longer. DRS keeps 4,000 source servers, and SSM 30 days of commands.
const MOST: usize = 100_000;

/// Every item of a list.
pub(crate) async fn all<T, E>(
    mut items: PaginationStream<Result<T, E>>,
    failed: impl Fn(&E) -> EffectError,
) -> Result<Vec<T>, EffectError> {
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        if all.len() == MOST {
            // What cannot be seen to its end has not been seen.
            let message = format!("AWS lists more than {MOST} items, and the list does not end");
            return Err(
                EffectError::new("ListWithoutEnd", message).as_unavailable(Unavailable::Busy)
            );
        }
        all.push(item.map_err(|error| failed(&error))?);
    }
    Ok(all)
}

/// No list has more pages: those of DRS hold dozens of items at least.
const MOST_PAGES: usize = 1_000;

/// Every page of a list, for `take` to keep of it what is wanted.
pub(crate) async fn each<P, E>(
    mut pages: PaginationStream<Result<P, E>>,
    failed: impl Fn(&E) -> EffectError,
    mut take: impl FnMut(P),
) -> Result<(), EffectError> {
    let mut count = 0;
    while let Some(page) = pages.next().await {
        if count == MOST_PAGES {
            let message = format!("AWS answers {MOST_PAGES} pages, and the list does not end");
            return Err(EffectError::new("ListWithoutEnd", message).retryable());
        }
        count += 1;
        take(page.map_err(|error| failed(&error))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::future::pagination_stream::fn_stream::FnStream;

    use super::*;

    fn stream(length: usize) -> PaginationStream<Result<usize, EffectError>> {
        PaginationStream::new(FnStream::new(move |sender| {
            Box::pin(async move {
                for item in 0..length {
                    if sender.send(Ok(item)).await.is_err() {
                        return;
                    }
                }
            })
        }))
    }

    async fn of(length: usize) -> Result<Vec<usize>, EffectError> {
        all(stream(length), EffectError::clone).await
    }

    #[tokio::test]
    async fn pages_without_end_are_not_walked_for_ever() {
        let walked = async |length| {
            let mut sum = 0;
            each(stream(length), EffectError::clone, |_| sum += 1).await.map(|()| sum)
        };
        assert_eq!(walked(MOST_PAGES).await, Ok(MOST_PAGES));
        let error = walked(MOST_PAGES + 1).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("ListWithoutEnd", true));
    }

    #[tokio::test]
    async fn a_list_that_does_not_end_is_not_seen() {
        assert_eq!(of(MOST).await.map(|all| all.len()), Ok(MOST));
        let error = of(MOST + 1).await.unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.unavailable),
            ("ListWithoutEnd", Some(Unavailable::Busy))
        );
    }
}
