package io.feiqian.registry;

/**
 * An instance that the registry lists no more, and that is served on because nothing proves that it
 * is gone.
 *
 * @param instance the instance
 * @param answers whether it answered when it was asked last
 * @param asked how often it was asked
 */
public record Doubted(ServiceInstance instance, boolean answers, int asked) {}
