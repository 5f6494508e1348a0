package io.feiqian.proxy;

import io.feiqian.proxy.spi.CellFinder;
import io.feiqian.proxy.spi.KeyDirectory;
import io.feiqian.routing.Route;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Finds the cell of a key by the route map: a number that carries its slot says it all, a text goes
 * by a rule, and whose a phone, document or card is, a directory says (D5.5-b, D5.5-c).
 * Thread-safe; goes on with what was known last while the registry is away.
 */
public final class MapCells implements CellFinder {
    private static final int CUSTOMER_DIGITS = 14;

    private final Routes routes;
    private final SlotRule text;
    private final Optional<KeyDirectory> directory;

    /**
     * Finds by these routes.
     *
     * @param text the rule for keys that are any text, such as {@link SlotRule#hash}, a list of
     *     provinces or an explicit mapping
     * @param directory who knows indirect keys; empty refuses them
     */
    public MapCells(Routes routes, SlotRule text, Optional<KeyDirectory> directory) {
        this.routes = routes;
        this.text = text;
        this.directory = directory;
    }

    @Override
    public CompletableFuture<Route> find(KeySource.As as, String key) {
        return slotOf(as, key).thenApply(routes::route);
    }

    /**
     * The slot that this key belongs to, whoever owns it.
     *
     * @return fails as {@link #find}
     */
    public CompletableFuture<Slot> slotOf(KeySource.As as, String key) {
        try {
            return switch (as) {
                case PHONE, DOCUMENT, CARD -> indirect(as, key);
                case ACCOUNT -> CompletableFuture.completedFuture(AccountNumber.parse(key).slot());
                case CUSTOMER -> CompletableFuture.completedFuture(customer(key));
                case SLOT -> CompletableFuture.completedFuture(slot(key));
                case TRACE -> CompletableFuture.completedFuture(TraceNumber.parse(key).home());
                case TEXT -> CompletableFuture.completedFuture(text.slot(key));
                case FLOW ->
                        throw new RefusedException(
                                OutcomeCode.NO_ROUTE,
                                "a flow identifier has no slot (expected: the cell that it names)");
            };
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private CompletableFuture<Slot> indirect(KeySource.As as, String key) {
        if (directory.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.NO_ROUTE, "no directory knows a " + as + " (expected: one set up)");
        }
        return directory
                .get()
                .customerOf(as, key)
                .handle((customer, failure) -> {
                    if (failure != null || customer == null) {
                        // Neither the key nor what the directory said of it belongs into an answer.
                        throw new CompletionException(
                                new RefusedException(
                                        OutcomeCode.SERVICE_UNAVAILABLE,
                                        "the directory does not answer"));
                    }
                    return customer.orElseThrow(() ->
                            new RefusedException(
                                    OutcomeCode.UNKNOWN_CUSTOMER, "nobody has this " + as));
                })
                .thenApply(MapCells::customer);
    }

    private static Slot customer(String number) {
        Slot slot = digits(number, CUSTOMER_DIGITS) ? SlotRule.digits().slot(number) : null;
        if (slot == null || slot.isPinned()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_CUSTOMER_NUMBER,
                    "customer number (expected: 14 digits, the first four a customers' slot)");
        }
        return slot;
    }

    private static Slot slot(String number) {
        if (!digits(number, 4)) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "slot (expected: four digits)");
        }
        return SlotRule.digits().slot(number);
    }

    private static boolean digits(String text, int length) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() == length;
    }
}
