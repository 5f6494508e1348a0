package io.feiqian.spring;

import java.util.Optional;

/**
 * What a thread serves over another protocol than HTTP, so that its calls over HTTP belong to it.
 */
@FunctionalInterface
interface OtherCalls {
    /** The context of the call that this thread serves; empty for none. */
    Optional<HttpCallContext> current();
}
