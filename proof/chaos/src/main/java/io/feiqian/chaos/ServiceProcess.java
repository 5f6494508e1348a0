package io.feiqian.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/** The process of one instance of a service; internal to a run, which starts and kills it. */
public final class ServiceProcess {
    private ServiceProcess() {}

    /**
     * Serves what the file says, and ends when its standard input does: with whoever started it,
     * however that ended.
     */
    public static void main(String[] arguments) throws IOException, SQLException {
        ServiceConfig config =
                Wire.read(Files.readString(Path.of(arguments[0])), ServiceConfig.class);
        Thread.ofPlatform().daemon().name("parent").start(ServiceProcess::endWithParent);
        ServiceNode.serve(config);
    }

    /** Nothing is ever said there; only the end means something. */
    private static void endWithParent() {
        try {
            var _ = System.in.readAllBytes();
        } catch (IOException closed) {
            Runtime.getRuntime().halt(0);
        }
        Runtime.getRuntime().halt(0);
    }
}
