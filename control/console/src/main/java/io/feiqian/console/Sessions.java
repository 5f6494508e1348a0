package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who is signed in at this console. Thread-safe; gone when the process ends. */
final class Sessions {
    private static final int MOST = 10_000;

    /**
     * A session.
     *
     * @param id what the browser shows, 256 bits that nobody can guess
     * @param user the user's name
     * @param token what forms carry, so that no other site can send one
     * @param sinceMillis when the user signed in
     */
    record Session(String id, String user, String token, long sinceMillis) {
        @Override
        public String toString() {
            return "session of " + user;
        }
    }

    private final Clock clock;
    private final Randomness random;
    private final long idleMillis;
    private final long longestMillis;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Long> lastUsed = new HashMap<>();

    Sessions(Clock clock, Randomness random, Duration idle, Duration longest) {
        this.clock = clock;
        this.random = random;
        this.idleMillis = idle.toMillis();
        this.longestMillis = longest.toMillis();
    }

    /** Begins one: never with an id that the browser has shown before. */
    synchronized Session begin(String user) {
        long now = clock.now().toEpochMilli();
        sessions.values().removeIf(each -> isOver(each, now));
        lastUsed.keySet().retainAll(sessions.keySet());
        if (sessions.size() >= MOST) {
            sessions.values().stream()
                    .min(java.util.Comparator.comparingLong(Session::sinceMillis))
                    .ifPresent(oldest -> end(oldest.id()));
        }
        Session made = new Session(secret(), user, secret(), now);
        sessions.put(made.id(), made);
        lastUsed.put(made.id(), now);
        return made;
    }

    /** The session of this id, which is used now; empty where there is none any more. */
    synchronized Optional<Session> use(String id) {
        Session found = sessions.get(id);
        long now = clock.now().toEpochMilli();
        if (found == null || isOver(found, now)) {
            return Optional.empty();
        }
        lastUsed.put(id, now);
        return Optional.of(found);
    }

    synchronized void end(String id) {
        sessions.remove(id);
        lastUsed.remove(id);
    }

    /** Ends every session of a user, such as after a new password. */
    synchronized void endAll(String user) {
        sessions.values().removeIf(each -> each.user().equals(user));
        lastUsed.keySet().retainAll(sessions.keySet());
    }

    private boolean isOver(Session session, long now) {
        return now - session.sinceMillis() > longestMillis
                || now - lastUsed.getOrDefault(session.id(), 0L) > idleMillis;
    }

    private String secret() {
        StringBuilder text = new StringBuilder(64);
        for (int i = 0; i < 4; i++) {
            text.append("%016x".formatted(random.nextLong()));
        }
        return text.toString();
    }
}
