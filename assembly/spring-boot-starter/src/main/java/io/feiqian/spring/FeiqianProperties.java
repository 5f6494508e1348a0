package io.feiqian.spring;

import io.feiqian.participant.TransactionSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What a service says of itself, under {@code feiqian}.
 *
 * @param enabled whether the service takes part in global transactions at all
 * @param service the service's name: every instance has the same, and no other service; the
 *     application's name unless it is given
 * @param keysFile the file with the keys that all services share, a line each: a number and 64
 *     hexadecimal digits
 * @param operatorsKeysFile the file with the keys that operators' questions are signed with, which
 *     no service needs; without it operators are not answered
 * @param services where the other services are, by name: scheme, host, port, and the path that
 *     theirs is mounted under
 * @param createTables whether the tables are created at the start where they are not there; an
 *     operator's migration does it otherwise
 * @param path the path under which other services' phase two reaches this one; the servlet
 *     context's own unless it is given
 * @param xa branches of the XA kind
 * @param sqlMode branches of ordinary SQL
 * @param timing bounds and times
 */
@ConfigurationProperties("feiqian")
public record FeiqianProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("") String service,
        @DefaultValue("") String keysFile,
        @DefaultValue("") String operatorsKeysFile,
        @DefaultValue Map<String, URI> services,
        @DefaultValue("false") boolean createTables,
        @DefaultValue("") String path,
        @DefaultValue Xa xa,
        @DefaultValue SqlModeBranches sqlMode,
        @DefaultValue Timing timing) {
    /** Refuses what no service could be reached by. */
    public FeiqianProperties {
        services.forEach((name, address) -> {
            boolean http =
                    "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (!http || address.getHost() == null) {
                throw new IllegalArgumentException(
                        "feiqian.services.%s: %s (expected: such as http://points:8080)"
                                .formatted(name, address));
            }
        });
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "feiqian.path: %s (expected: empty, or such as /internal)".formatted(path));
        }
        services = Map.copyOf(services);
    }

    /**
     * Branches of the XA kind.
     *
     * @param enabled whether there are any: the database must allow prepared transactions
     */
    public record Xa(@DefaultValue("false") boolean enabled) {}

    /**
     * Branches of ordinary SQL.
     *
     * @param enabled whether there are any
     * @param tables the tables that are enrolled at the start, with {@code create-tables}
     * @param lockWait how long a statement of a branch waits for a row of somebody else's
     * @param undoWait how long an undo waits for such a row before it is tried again
     * @param blindWrites whether rows may be changed that were not read FOR UPDATE
     */
    public record SqlModeBranches(
            @DefaultValue("false") boolean enabled,
            @DefaultValue List<String> tables,
            @DefaultValue("2s") Duration lockWait,
            @DefaultValue("10s") Duration undoWait,
            @DefaultValue("false") boolean blindWrites) {
        /** A copy of its own. */
        public SqlModeBranches {
            tables = List.copyOf(tables);
        }
    }

    /**
     * Bounds and times of transactions.
     *
     * @param within how long a transaction may take to its decision
     * @param messageTimeout how long an answer of another service's phase two is waited for
     * @param scanEvery the pause between two looks for what was left behind
     * @param grace how long after their time rows are taken for left behind
     * @param lockTimeout how long phase two waits for a row that somebody else holds
     * @param keepFinished how long cancelled branches and aborted attempts are kept
     * @param recognised how long after its date a trace number is recognised
     * @param mostUnfinished how many transactions may wait for their phase two before new ones are
     *     refused
     * @param mostContent the longest content, answer or message, in bytes
     */
    public record Timing(
            @DefaultValue("10s") Duration within,
            @DefaultValue("5s") Duration messageTimeout,
            @DefaultValue("1s") Duration scanEvery,
            @DefaultValue("2s") Duration grace,
            @DefaultValue("500ms") Duration lockTimeout,
            @DefaultValue("7d") Duration keepFinished,
            @DefaultValue("400d") Duration recognised,
            @DefaultValue("10000") int mostUnfinished,
            @DefaultValue("65536") int mostContent) {
        /** Refuses times that would never end or never begin. */
        public Timing {
            requirePositive("within", within);
            requirePositive("message-timeout", messageTimeout);
            requirePositive("scan-every", scanEvery);
            requirePositive("lock-timeout", lockTimeout);
            if (grace.isNegative()) {
                throw new IllegalArgumentException(
                        "feiqian.timing.grace: %s (expected: >= 0)".formatted(grace));
            }
        }

        private static void requirePositive(String name, Duration time) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException(
                        "feiqian.timing.%s: %s (expected: > 0)".formatted(name, time));
            }
        }

        /** The same as the library takes it. */
        TransactionSettings settings() {
            TransactionSettings usual = TransactionSettings.DEFAULT;
            return new TransactionSettings(
                    within,
                    messageTimeout,
                    usual.retry(),
                    usual.alarmAfter(),
                    usual.mostAttempts(),
                    mostUnfinished,
                    mostContent,
                    usual.finishBatch(),
                    usual.endsEvery(),
                    scanEvery,
                    usual.scanLimit(),
                    grace,
                    lockTimeout,
                    keepFinished,
                    recognised,
                    usual.cleanBatch());
        }
    }
}
