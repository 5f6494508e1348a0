package io.feiqian.alarms.channels;

import io.feiqian.alarms.channels.spi.SmsGateway;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway as an installation would add one; found by its entry in META-INF/services. */
public final class TestGateway implements SmsGateway {
    private static final List<String> SENT = new CopyOnWriteArrayList<>();
    private static final Sends.Send WELL = () -> {};
    private static volatile Sends.Send before = WELL;

    static void forget() {
        SENT.clear();
        before = WELL;
    }

    /** What the provider does before it takes a message over. */
    static void before(Sends.Send what) {
        before = what;
    }

    static List<String> sent() {
        return List.copyOf(SENT);
    }

    @Override
    public String name() {
        return "test-gateway";
    }

    @Override
    public void send(List<String> numbers, String text) throws NotDelivered {
        before.run();
        SENT.add(numbers + " " + text);
    }
}
