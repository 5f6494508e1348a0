package io.feiqian.registry;

import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.registry.spi.RegistryAuthorizer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A registry as one identity may use it (P6.2.2.3-b): what it is not allowed is refused with
 * NOT_PERMITTED before the registry is asked, so that a wrong name is found at the start and not in
 * a log. This holds processes that mean well; against others the registry itself must ask, as etcd
 * does with users and roles.
 */
public final class AuthorizedRegistry implements Registry {
    private final Registry registry;
    private final String identity;
    private final RegistryAuthorizer authorizer;

    /** The registry as this identity may use it. */
    public AuthorizedRegistry(Registry registry, String identity, RegistryAuthorizer authorizer) {
        this.registry = registry;
        this.identity = identity;
        this.authorizer = authorizer;
    }

    @Override
    public Registration register(ServiceInstance instance, BooleanSupplier ready) {
        require(authorizer.mayRegister(identity, instance.role()), "register", instance.role());
        return registry.register(instance, ready);
    }

    @Override
    public List<ServiceInstance> instances(String role) {
        require(authorizer.maySubscribe(identity, role), "see", role);
        return registry.instances(role);
    }

    @Override
    public Runnable watchInstances(String role, Consumer<List<ServiceInstance>> listener) {
        require(authorizer.maySubscribe(identity, role), "see", role);
        return registry.watchInstances(role, listener);
    }

    @Override
    public CompletableFuture<List<String>> subscribers(String role) {
        require(authorizer.maySubscribe(identity, role), "see", role);
        return registry.subscribers(role);
    }

    @Override
    public CompletableFuture<List<String>> roles() {
        return registry.roles()
                .thenApply(all ->
                        all.stream()
                                .filter(role -> authorizer.maySubscribe(identity, role))
                                .toList());
    }

    @Override
    public CompletableFuture<List<ServiceInstance>> listed(String role, int most) {
        require(authorizer.maySubscribe(identity, role), "see", role);
        return registry.listed(role, most);
    }

    @Override
    public Optional<Document> document(String name) {
        return registry.document(name);
    }

    @Override
    public Runnable watchDocument(String name, Consumer<Document> listener) {
        return registry.watchDocument(name, listener);
    }

    @Override
    public CompletableFuture<Optional<Document>> fetch(String name) {
        return registry.fetch(name);
    }

    @Override
    public CompletableFuture<Publication> publish(
            String name, long expectedVersion, String content) {
        return registry.publish(name, expectedVersion, content);
    }

    @Override
    public Candidacy stand(String election, String candidate) {
        return registry.stand(election, candidate);
    }

    @Override
    public List<Doubted> doubted() {
        return registry.doubted();
    }

    @Override
    public boolean isConnected() {
        return registry.isConnected();
    }

    @Override
    public void close() {
        registry.close();
    }

    private void require(boolean allowed, String verb, String role) {
        if (!allowed) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "%s may not %s role %s in the registry".formatted(identity, verb, role));
        }
    }
}
