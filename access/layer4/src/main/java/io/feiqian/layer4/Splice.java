package io.feiqian.layer4;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * What Linux has for moving bytes without copying them, and Java has no words for: {@code
 * splice(2)} and the size of a pipe. Called straight, because Netty's own way to splice cannot tell
 * an end from a pause and is to be removed. One for each event loop, and for that thread only.
 */
@SuppressWarnings("restricted")
final class Splice {
    /** Nothing to be had, or no room, for now. */
    static final long LATER = -1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SPLICE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("splice"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT),
                    Linker.Option.captureCallState("errno"));
    private static final MethodHandle FCNTL =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("fcntl"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    private static final int MOVE = 1;
    private static final int NONBLOCK = 2;
    private static final int SET_PIPE_SIZE = 1_031;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);

    /**
     * Moves bytes; one of the two is a pipe, and neither is waited for.
     *
     * @return how many; {@link #LATER} where nothing goes now; 0 at the end of what is moved from
     */
    long move(int from, int to, long most) throws IOException {
        while (true) {
            long moved;
            try {
                moved =
                        (long)
                                SPLICE.invokeExact(
                                        state,
                                        from,
                                        MemorySegment.NULL,
                                        to,
                                        MemorySegment.NULL,
                                        most,
                                        MOVE | NONBLOCK);
            } catch (Throwable impossible) {
                throw new IllegalStateException("splice", impossible);
            }
            if (moved >= 0) {
                return moved;
            }
            int errno = (int) ERRNO.get(state, 0L);
            if (errno == EAGAIN) {
                return LATER;
            }
            if (errno != EINTR) {
                throw new IOException("splice: error " + errno);
            }
        }
    }

    /**
     * Gives a pipe this much room.
     *
     * @return whether the system allows it
     */
    static boolean resize(int pipe, int bytes) {
        try {
            return (int) FCNTL.invokeExact(pipe, SET_PIPE_SIZE, bytes) >= bytes;
        } catch (Throwable impossible) {
            throw new IllegalStateException("fcntl", impossible);
        }
    }
}
