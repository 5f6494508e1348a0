package io.feiqian.spring;

import java.net.URI;
import java.util.Optional;

/**
 * Where services are that {@code feiqian.services} does not name: an address of one of their
 * instances, another one each time, since whichever is reached can answer. Thread-safe; may wait
 * for a second.
 */
@FunctionalInterface
interface ServiceAddresses {
    /** Nobody is anywhere. */
    ServiceAddresses NONE = service -> Optional.empty();

    /** Where an instance is now, with the path that its phase two is mounted under. */
    Optional<URI> find(String service);
}
