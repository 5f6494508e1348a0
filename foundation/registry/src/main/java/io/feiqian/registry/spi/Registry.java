package io.feiqian.registry.spi;

import io.feiqian.registry.Document;
import io.feiqian.registry.Doubted;
import io.feiqian.registry.Publication;
import io.feiqian.registry.RegistryUnavailableException;
import io.feiqian.registry.ServiceInstance;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The port to the registry: who is where, versioned documents, elections.
 *
 * <p>Thread-safe. No method waits for the registry, except those that leave it (two seconds at
 * most). Reading answers with what was known last, so the data path neither notices nor fails while
 * the registry is away (the third law); what changed meanwhile comes by itself when it is back.
 */
public interface Registry extends AutoCloseable {
    /** More roles than an operator can oversee. */
    int MOST_ROLES = 2_000;

    /**
     * Registers an instance once it is ready (P6.2.2.3-a), and again after every loss of its lease,
     * until the registration is closed.
     *
     * @param ready asked again and again until it first says yes; must be quick
     */
    Registration register(ServiceInstance instance, BooleanSupplier ready);

    /**
     * The instances of a role that were known last, in order of their ids. An instance goes from
     * the list when it left, or when it is proven otherwise that it is gone; that the registry
     * lists it no more proves nothing.
     */
    List<ServiceInstance> instances(String role);

    /**
     * Tells the listener at once what is known, and then of every change, in order. Listeners must
     * be quick and not block.
     *
     * @return ends it when run
     */
    Runnable watchInstances(String role, Consumer<List<ServiceInstance>> listener);

    /**
     * Asks the registry itself which processes watch a role, by their names, in order. A process
     * watches a role from when it first asks for it. Completes exceptionally with {@link
     * RegistryUnavailableException} where the registry does not answer, and with an {@link
     * UnsupportedOperationException} where it keeps no such list.
     */
    default CompletableFuture<List<String>> subscribers(String role) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("this registry keeps no list of subscribers"));
    }

    /**
     * Asks the registry itself which roles somebody is registered under, in order; at most {@value
     * #MOST_ROLES}. Watches nothing. Completes exceptionally with {@link
     * RegistryUnavailableException} where the registry does not answer, and with an {@link
     * UnsupportedOperationException} where it cannot tell.
     */
    default CompletableFuture<List<String>> roles() {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("this registry keeps no list of roles"));
    }

    /**
     * Asks the registry itself who is registered under a role, in order of their ids; for operators
     * who look. Watches nothing, so the asking process does not become a subscriber. Completes
     * exceptionally as {@link #roles()}.
     *
     * @param most how many at most, so that a look at a large role does not hold others up
     */
    default CompletableFuture<List<ServiceInstance>> listed(String role, int most) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("this registry lists only what is watched"));
    }

    /** The document as it was known last. */
    Optional<Document> document(String name);

    /**
     * Tells the listener at once what is known, if anything, and then of every change, in order.
     *
     * @return ends it when run
     */
    Runnable watchDocument(String name, Consumer<Document> listener);

    /**
     * Asks the registry itself for a document. Completes exceptionally with {@link
     * RegistryUnavailableException} where it does not answer.
     */
    CompletableFuture<Optional<Document>> fetch(String name);

    /**
     * Publishes a document if its version is still the expected one (compare and set). Completes
     * exceptionally with {@link RegistryUnavailableException} where the registry does not answer:
     * then it is not known whether the change was made, and {@link #fetch} tells.
     *
     * @param expectedVersion the version that is replaced; 0 for a document that is not there yet
     */
    CompletableFuture<Publication> publish(String name, long expectedVersion, String content);

    /** Stands for election among all who stand under this name. */
    Candidacy stand(String election, String candidate);

    /**
     * The instances that are served although the registry lists them no more, because nothing
     * proves that they are gone; over all roles that are watched here. Empty when all is well.
     */
    default List<Doubted> doubted() {
        return List.of();
    }

    /** Whether the registry answers now. */
    boolean isConnected();

    /** Leaves with everything registered here, and ends all watches. */
    @Override
    void close();
}
