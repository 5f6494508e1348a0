package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who is signed in at this console. Thread-safe; gone when the process ends. */
final class Sessions {
    private static final int MOST = 10_000;

    /** A page asks for itself every two seconds, a person for less: this is for floods. */
    private static final int PER_SECOND = 50;

    private static final int AT_ONCE = 200;

    /**
     * A session.
     *
     * @param id what the browser shows, 256 bits that nobody can guess
     * @param as the user as whom it was begun: once anything about the user is otherwise, such as
     *     password, role or access, the session is over, at every console
     * @param token what forms carry, so that no other site can send one
     * @param sinceMillis when the user signed in
     */
    record Session(String id, User as, String token, long sinceMillis) {
        /** The user's name. */
        String user() {
            return as.name();
        }

        /** Whether the user is still the one as whom it was begun. */
        boolean isOf(User now) {
            return as.equals(now);
        }

        @Override
        public String toString() {
            return "session of " + user();
        }
    }

    private final Clock clock;
    private final Randomness random;
    private final long idleMillis;
    private final long longestMillis;
    private final RateLimit requests;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Long> lastUsed = new HashMap<>();
    private final Map<String, String> notices = new HashMap<>();

    Sessions(Clock clock, Randomness random, Duration idle, Duration longest) {
        this.clock = clock;
        this.random = random;
        this.idleMillis = idle.toMillis();
        this.longestMillis = longest.toMillis();
        this.requests = new RateLimit(clock, PER_SECOND, AT_ONCE);
    }

    /** Begins one: never with an id that the browser has shown before. */
    synchronized Session begin(User user) {
        long now = clock.now().toEpochMilli();
        sessions.values().removeIf(each -> isOver(each, now));
        forgetOthers();
        if (sessions.size() >= MOST) {
            sessions.values().stream()
                    .min(Comparator.comparingLong(Session::sinceMillis))
                    .ifPresent(oldest -> end(oldest.id()));
        }
        Session made = new Session(secret(), user, secret(), now);
        sessions.put(made.id(), made);
        lastUsed.put(made.id(), now);
        return made;
    }

    /** The session of this id, which is used now; empty where there is none any more. */
    synchronized Optional<Session> use(String id) {
        Optional<Session> found = find(id);
        found.ifPresent(it -> lastUsed.put(id, clock.now().toEpochMilli()));
        return found;
    }

    /** The session of this id, which does not last longer for being looked at. */
    synchronized Optional<Session> find(String id) {
        return Optional.ofNullable(sessions.get(id))
                .filter(it -> !isOver(it, clock.now().toEpochMilli()));
    }

    /** Takes one request of a session; zero, or how long it has to wait. */
    Duration wait(Session session) {
        return requests.take(session.id());
    }

    /** Leaves what was just done for the next page of a session. */
    synchronized void leaveNotice(Session session, String notice) {
        if (sessions.containsKey(session.id())) {
            notices.put(session.id(), notice);
        }
    }

    /** Takes what was left; empty where nothing was. */
    synchronized String takeNotice(Session session) {
        return Optional.ofNullable(notices.remove(session.id())).orElse("");
    }

    synchronized void end(String id) {
        sessions.remove(id);
        forgetOthers();
    }

    /** Ends every session of a user, such as after a new password. */
    synchronized void endAll(String user) {
        sessions.values().removeIf(each -> each.user().equals(user));
        forgetOthers();
    }

    private void forgetOthers() {
        lastUsed.keySet().retainAll(sessions.keySet());
        notices.keySet().retainAll(sessions.keySet());
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
