package io.feiqian.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A gateway that a run puts through faults, as a process of its own. */
interface TriedGateway extends AutoCloseable {
    /** Where it listens, always. */
    GatewayPorts ports();

    /** Starts it; it may not serve yet. */
    void start() throws IOException;

    /** Ends it with no chance to clean up. */
    void kill();

    /** Asks it to end in order; whether it did within this time. */
    boolean stop(Duration patience) throws InterruptedException, IOException;

    boolean isAlive();

    long pid();

    /** Where it writes what was asked for. */
    Path accessLog();

    /** Publishes the next version of its document; its number, which it answers at /version. */
    int publish();

    /** Writes nonsense where its document lies. */
    void publishNonsense();

    /** Publishes a document that is one, and that cannot be taken. */
    void publishUnusable();

    /** Sees to it that what is published is where the gateway looks; whether it is. */
    boolean distribute();

    /** What publishes to it goes away. */
    void endRegistry();

    /** And comes back, with all it knew. */
    void beginRegistry();

    @Override
    void close();
}
