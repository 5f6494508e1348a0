package io.feiqian.benchmarks;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Transfers by HTTP through a gateway in a process of its own; callers keep their connections. */
final class HttpTransfers implements Variant {
    private static final int CHANNEL = 1;
    private static final int SLOTS = 9_900;

    private final String name;
    private final BenchPart gateway;
    private final Deque<KeptConnection> idle = new ConcurrentLinkedDeque<>();

    HttpTransfers(String name, BenchPart gateway) {
        this.name = name;
        this.gateway = gateway;
    }

    @Override
    public String name() {
        return name;
    }

    /** Processor time of the gateway so far, nanoseconds. */
    double gatewayNanos() {
        return gateway.processorTime().toNanos();
    }

    @Override
    public boolean run(int payer, int payee, long number) throws IOException {
        KeptConnection connection = idle.pollFirst();
        if (connection == null) {
            connection = new KeptConnection(gateway.port());
        }
        KeptConnection.Reply reply =
                connection.post("/v1/transfers", "application/json", body(payer, payee, number));
        idle.addFirst(connection);
        return reply.status() == 200;
    }

    private static byte[] body(int payer, int payee, long number) {
        Slot home = new Slot(payer % SLOTS);
        return """
        {"trace_number":"%s","payer_account":"%s","payee_account":"%s","amount":"%d.50",\
        "currency":"CZK","text":"rent"}\
        """
                .formatted(
                        TraceNumber.of(TransferCell.DAY, home, CHANNEL, number),
                        AccountNumber.of(home, AccountNumber.Kind.CUSTOMER, payer),
                        AccountNumber.of(
                                new Slot(payee % SLOTS), AccountNumber.Kind.CUSTOMER, payee),
                        1 + number % 100)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        for (KeptConnection each : idle) {
            try {
                each.close();
            } catch (IOException gone) {
                // The gateway closed it first.
            }
        }
        gateway.close();
    }
}
