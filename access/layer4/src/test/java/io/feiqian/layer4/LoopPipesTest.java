package io.feiqian.layer4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Pipes that many connections use one after the other. */
class LoopPipesTest {
    @Test
    void whatOneConnectionLeavesInAPipeIsNeverAnothers() throws Exception {
        assumeTrue(Epoll.isAvailable(), "no epoll on this machine: there are no pipes");
        FileDescriptor[] source = FileDescriptor.pipe();
        ByteBuffer bytes = ByteBuffer.allocateDirect(3);
        assertThat(source[1].write(bytes, 0, 3)).isEqualTo(3);
        LoopPipes pipes = new LoopPipes(1);

        LoopPipes.Pipe first = Objects.requireNonNull(pipes.take());
        assertThat(pipes.take()).as("more than there may be").isNull();
        assertThat(first.fill(source[0])).isEqualTo(3);
        pipes.giveBack(first);

        LoopPipes.Pipe second = Objects.requireNonNull(pipes.take());
        assertThat(second.isEmpty()).isTrue();
        pipes.giveBack(second);
        assertThat(pipes.open()).isEqualTo(1);
        pipes.close();
        assertThat(pipes.open()).isZero();
        source[0].close();
        source[1].close();
    }
}
