;; Counts well-formed UTF-8, sixteen bytes a step. The contract is in simd.utf8-kernel.ts, which holds the memory's
;; layout; `npm run generate` assembles this file, and `npm run generate:check` holds the result against it.
;;
;; All masks have a byte a lane: all ones or zero. A word is counted where it ends: at white space that does not
;; follow white space. White space of two and three bytes is recognised at its last byte, looking back only.
(module
  (memory (export "memory") 5)

  ;; Where the text starts; the sixteen bytes before it are what came before.
  (global $text i32 (i32.const 32))

  ;; -> line feeds, ends of words, continuation bytes (those that start no character)
  (func (export "count") (param $length i32) (result i32 i32 i32)
    (local $at i32) (local $end i32) (local $stop i32)
    (local $bytes v128) (local $one_back v128) (local $two_back v128)
    (local $ascii_spaces v128) (local $double v128) (local $triple v128)
    (local $spaces v128) (local $spaces_before v128)
    (local $line_feeds v128) (local $word_ends v128) (local $continuations v128)
    (local $all_line_feeds v128) (local $all_word_ends v128) (local $all_continuations v128)

    (local.set $end (i32.add (global.get $text) (local.get $length)))
    ;; The first round is what came before, for its white space alone.
    (local.set $at (i32.const 16))
    (local.set $stop (i32.const 32))

    (loop $round
      (loop $step
        (local.set $bytes (v128.load (local.get $at)))

        ;; 09 to 0D and 1C to 20: shifted so that each range is the lowest of the signed numbers
        (local.set $ascii_spaces (v128.or
          (i8x16.lt_s (i8x16.add (local.get $bytes) (i8x16.splat (i32.const 0x77))) (i8x16.splat (i32.const -123)))
          (i8x16.lt_s (i8x16.add (local.get $bytes) (i8x16.splat (i32.const 0x64))) (i8x16.splat (i32.const -123)))))
        (local.set $line_feeds (i8x16.sub (local.get $line_feeds)
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x0a)))))

        (if (i8x16.bitmask (local.get $bytes))
          (then
            (local.set $one_back (v128.load (i32.sub (local.get $at) (i32.const 1))))
            (local.set $two_back (v128.load (i32.sub (local.get $at) (i32.const 2))))
            (local.set $continuations (i8x16.sub (local.get $continuations)
              (i8x16.lt_s (local.get $bytes) (i8x16.splat (i32.const -64)))))

            ;; C2 85, C2 A0
            (local.set $double (v128.and
              (i8x16.eq (local.get $one_back) (i8x16.splat (i32.const 0xc2)))
              (v128.or
                (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x85)))
                (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0xa0))))))

            (local.set $triple (v128.or
              (v128.or
                ;; E2 80 80 to 8A, A8, A9, AF
                (v128.and
                  (v128.and
                    (i8x16.eq (local.get $two_back) (i8x16.splat (i32.const 0xe2)))
                    (i8x16.eq (local.get $one_back) (i8x16.splat (i32.const 0x80))))
                  (v128.or
                    (i8x16.lt_s (local.get $bytes) (i8x16.splat (i32.const -117)))
                    (v128.or
                      (i8x16.eq (v128.or (local.get $bytes) (i8x16.splat (i32.const 1))) (i8x16.splat (i32.const 0xa9)))
                      (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0xaf))))))
                ;; E2 81 9F
                (v128.and
                  (v128.and
                    (i8x16.eq (local.get $two_back) (i8x16.splat (i32.const 0xe2)))
                    (i8x16.eq (local.get $one_back) (i8x16.splat (i32.const 0x81))))
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x9f)))))
              ;; E1 9A 80, E3 80 80
              (v128.and
                (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x80)))
                (v128.or
                  (v128.and
                    (i8x16.eq (local.get $two_back) (i8x16.splat (i32.const 0xe1)))
                    (i8x16.eq (local.get $one_back) (i8x16.splat (i32.const 0x9a))))
                  (v128.and
                    (i8x16.eq (local.get $two_back) (i8x16.splat (i32.const 0xe3)))
                    (i8x16.eq (local.get $one_back) (i8x16.splat (i32.const 0x80))))))))

            ;; The character before one of n bytes ends n bytes back.
            (local.set $spaces (v128.or (local.get $ascii_spaces) (v128.or (local.get $double) (local.get $triple))))
            (local.set $word_ends (i8x16.sub (local.get $word_ends)
              (v128.or
                (v128.andnot (local.get $ascii_spaces)
                  (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
                    (local.get $spaces_before) (local.get $spaces)))
                (v128.or
                  (v128.andnot (local.get $double)
                    (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
                      (local.get $spaces_before) (local.get $spaces)))
                  (v128.andnot (local.get $triple)
                    (i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28
                      (local.get $spaces_before) (local.get $spaces)))))))
            (local.set $spaces_before (local.get $spaces)))
          (else
            (local.set $word_ends (i8x16.sub (local.get $word_ends)
              (v128.andnot (local.get $ascii_spaces)
                (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
                  (local.get $spaces_before) (local.get $ascii_spaces)))))
            (local.set $spaces_before (local.get $ascii_spaces))))

        (br_if $step (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 16)))
          (local.get $stop))))

      ;; A lane holds 255, and a step adds at most one to it.
      (if (i32.gt_u (local.get $at) (global.get $text))
        (then
          (local.set $all_line_feeds (i32x4.add (local.get $all_line_feeds)
            (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $line_feeds)))))
          (local.set $all_word_ends (i32x4.add (local.get $all_word_ends)
            (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $word_ends)))))
          (local.set $all_continuations (i32x4.add (local.get $all_continuations)
            (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $continuations)))))))
      (local.set $line_feeds (v128.const i64x2 0 0))
      (local.set $word_ends (v128.const i64x2 0 0))
      (local.set $continuations (v128.const i64x2 0 0))
      (local.set $stop (i32.add (local.get $at) (i32.const 4080)))
      (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
      (br_if $round (i32.lt_u (local.get $at) (local.get $end))))

    (call $sum (local.get $all_line_feeds))
    (call $sum (local.get $all_word_ends))
    (call $sum (local.get $all_continuations)))

  (func $sum (param $lanes v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.add (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes))))))
