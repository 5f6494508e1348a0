package io.feiqian.layer4;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pipes through which one event loop moves bytes from socket to socket in the kernel. One that
 * was emptied is used again at once, so that most of the time a single one does for all
 * connections; only whoever does not take what is already in a pipe keeps it. Belongs to its event
 * loop.
 */
final class LoopPipes {
    /** So many bytes go into one at a time. */
    static final int BYTES = 256 * 1_024;

    /** So many a loop has usually at most. */
    static final int MOST = 64;

    private static final int MOST_IDLE = 4;

    /** A pipe, and how much is in it. */
    final class Pipe {
        private final FileDescriptor end;
        private final FileDescriptor beginning;
        private long held;

        private Pipe(FileDescriptor end, FileDescriptor beginning) {
            this.end = end;
            this.beginning = beginning;
        }

        boolean isEmpty() {
            return held == 0;
        }

        /** Fills it, when it is empty; see {@link Splice#move}. */
        long fill(FileDescriptor from) throws IOException {
            long moved = splice.move(from.intValue(), beginning.intValue(), BYTES);
            held += Math.max(0, moved);
            return moved;
        }

        /** Empties it as far as the other takes it; see {@link Splice#move}. */
        long drain(FileDescriptor to) throws IOException {
            long moved = splice.move(end.intValue(), to.intValue(), held);
            held -= Math.max(0, moved);
            return moved;
        }

        private void close() {
            var _ = open.decrementAndGet();
            try {
                end.close();
                beginning.close();
            } catch (IOException gone) {
                // Then it is closed.
            }
        }
    }

    private final int most;
    private final Splice splice = new Splice();
    private final Deque<Pipe> idle = new ArrayDeque<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger wired = new AtomicInteger();
    private boolean closed;

    /** So many at most; whoever finds none copies. */
    LoopPipes(int most) {
        this.most = most;
    }

    /** One that is empty; none where there are too many, or the system gives no more. */
    @Nullable Pipe take() {
        Pipe known = idle.poll();
        if (known != null || open.get() >= most || closed) {
            return known;
        }
        try {
            FileDescriptor[] ends = FileDescriptor.pipe();
            var _ = open.incrementAndGet();
            Pipe fresh = new Pipe(ends[0], ends[1]);
            if (Splice.resize(fresh.beginning.intValue(), BYTES)) {
                return fresh;
            }
            fresh.close();
        } catch (IOException noMore) {
            // Then it is copied.
        }
        return null;
    }

    /** It is not needed any more; what is still in it is lost. */
    void giveBack(Pipe pipe) {
        if (pipe.isEmpty() && idle.size() < MOST_IDLE && !closed) {
            idle.push(pipe);
        } else {
            pipe.close();
        }
    }

    /** Another connection goes by them. */
    void serve() {
        var _ = wired.incrementAndGet();
    }

    /** How many connections have gone by them; for any thread. */
    int wired() {
        return wired.get();
    }

    /** How many there are; for any thread. */
    int open() {
        return open.get();
    }

    /** There are none from now on but those in use. */
    void close() {
        closed = true;
        for (Pipe each = idle.poll(); each != null; each = idle.poll()) {
            each.close();
        }
    }
}
