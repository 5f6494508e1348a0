package io.feiqian.cli.spi;

import java.util.List;

/**
 * The port by which a module adds commands to {@code feiqian}; found by {@code ServiceLoader}.
 *
 * <p>A command is an object annotated with picocli's {@code @Command} that implements {@code
 * Callable<Integer>}, returns the code of an {@link io.feiqian.cli.ExitStatus} and stops with a
 * {@link io.feiqian.cli.CommandFailure} where it cannot go on. It takes the options that every
 * command shares as {@code @Mixin CommonOptions}.
 */
public interface CommandProvider {
    /** Fresh command objects, in the order in which help lists them. */
    List<Object> commands();
}
