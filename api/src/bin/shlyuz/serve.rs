//! The gateway's life as a process: start, serve, stop in order.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpServer,
    dev::{Server, ServerHandle},
};
use api::gateway::Gateway;

use crate::{
    banner,
    config::Config,
    failure::Failure,
    signals::{Stop, survive_file_size_limit},
    tls::Transport,
    wiring::{self, Assembly},
};

/// Serves until SIGTERM or SIGINT, then finishes what is in flight and closes the store.
///
/// # Errors
/// Where the gateway cannot be put together, or its address cannot be listened on.
pub async fn serve(config: &Config) -> Result<(), Failure> {
    survive_file_size_limit().map_err(|error| Failure::of("signals", error))?;
    let mut stop = Stop::listen().map_err(|error| Failure::of("signals", error))?;
    config.make_data_dir()?;
    let Assembly { gateway, credentials, tasks, store, transport } =
        wiring::assemble(config).await.map_err(|error| Failure::of("the gateway did not start", error))?;
    let server = listen(config, &gateway, transport)?;
    let handle = server.handle();
    tracing::info!(listen = %config.server.listen, base_url = config.base_url(), mode = config.mode.word(), "serving");
    if let Some(credentials) = &credentials {
        banner::show(credentials);
    }
    let mut running = actix_web::rt::spawn(server);
    tokio::select! {
        ended = &mut running => tracing::warn!(?ended, "the server ended by itself"),
        signal = stop.asked() => {
            tracing::info!(signal, "stopping: requests in flight are finished, new ones are refused");
            gateway.limits.drain();
            gateway.feed.close();
            tokio::time::sleep(Duration::from_secs(config.server.shutdown_delay_s)).await;
            finish(&handle, &mut stop).await;
        }
    }
    for task in &tasks {
        task.abort();
    }
    drop(gateway);
    close(store).await
}

/// Takes the address, with TLS of the gateway's own where there is a certificate.
fn listen(
    config: &Config,
    gateway: &Arc<Gateway>,
    transport: Option<Arc<Transport>>,
) -> Result<Server, Failure> {
    let served = Arc::clone(gateway);
    let noted = transport.clone();
    let server = HttpServer::new(move || wiring::app(Arc::clone(&served)))
        .workers(config.workers())
        .max_connections(usize::try_from(config.server.connections_per_worker).unwrap_or(usize::MAX))
        .keep_alive(Duration::from_secs(config.server.keep_alive_s))
        .client_request_timeout(Duration::from_secs(config.server.header_timeout_s))
        .shutdown_timeout(config.server.shutdown_grace_s)
        .tls_handshake_timeout(Duration::from_secs(config.server.header_timeout_s))
        .on_connect(move |connection, extensions| {
            if let Some(transport) = &noted {
                transport.note(connection, extensions);
            }
        })
        .disable_signals();
    let listen = config.server.listen;
    let bound = match transport {
        None => server.bind(listen),
        Some(transport) => {
            let settings = transport.server_config().map_err(|error| Failure::of("TLS", error))?;
            server.bind_rustls_0_23(listen, settings)
        }
    };
    let failed = |error| Failure::of(format!("{listen} cannot be listened on"), error);
    Ok(bound.map_err(failed)?.run())
}

/// Waits for the requests in flight, at most as long as the grace allows; a second signal ends the waiting.
async fn finish(handle: &ServerHandle, stop: &mut Stop) {
    tokio::select! {
        () = handle.stop(true) => {}
        signal = stop.asked() => {
            tracing::warn!(signal, "asked again: requests in flight are cut off");
            handle.stop(false).await;
        }
    }
}

/// Closing waits for the store's threads, so it must not hold the runtime up.
async fn close(store: persistence::Handle) -> Result<(), Failure> {
    let closed = tokio::task::spawn_blocking(move || store.close()).await;
    closed.map_err(|error| Failure::of("the store was not closed in order", error))?;
    tracing::info!("stopped");
    Ok(())
}
