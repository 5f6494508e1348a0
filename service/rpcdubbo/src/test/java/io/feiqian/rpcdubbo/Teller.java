package io.feiqian.rpcdubbo;

import java.util.Map;

/** A service of the user's own. */
public interface Teller {
    /** Says who answers, and what travelled with the call. */
    String tell();

    /** Does as it is told. */
    String obey(Map<String, String> order) throws SoldOutException;

    /** What a price is made of. */
    Map<String, Object> price(String product);

    /** A refusal of the business, as Java services say it. */
    final class SoldOutException extends Exception {
        private static final long serialVersionUID = 1;
    }
}
