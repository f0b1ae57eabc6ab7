//! The structs of `metis/*.h` that this plugin uses, field by field. Their layout is asserted at
//! compile time with the numbers of the headers' own `layout.c`.
#![allow(non_camel_case_types, dead_code)]

use std::ffi::c_void;
use std::mem::{offset_of, size_of};

pub const ABI_VERSION: u32 = 0x0001_0000;
pub const META_MAGIC: u64 = 0x314c_5053_4954_454d;
pub const OK: i32 = 0;
pub const FAILED: i32 = -1;
pub const UNSUPPORTED: i32 = -2;
pub const INVALID: i32 = -3;
pub const STRATEGY_REENTRANT: u32 = 4;
pub const SHAPE_VALUE: u32 = 0;

/// Borrowed bytes; `bytes` may be null only where `count` is 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct slice_v1 {
    pub bytes: *const u8,
    pub count: usize,
}

// Slices that stand in statics point into read-only data.
unsafe impl Sync for slice_v1 {}

impl slice_v1 {
    pub const EMPTY: slice_v1 = slice_v1 { bytes: std::ptr::null(), count: 0 };

    pub const fn new(text: &str) -> slice_v1 {
        slice_v1 { bytes: text.as_ptr(), count: text.len() }
    }

    /// # Safety
    /// The slice must be one that the host lends for the time of `'a`.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.count == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.bytes, self.count) }
    }
}

#[repr(C)]
pub struct meta_v1 {
    pub magic: u64,
    pub abi: u32,
    pub flags: u32,
}

#[repr(C)]
pub struct error_v1 {
    pub size: u32,
    pub code: i32,
    pub length: u32,
    pub reserved: u32,
    pub text: [u8; 1008],
}

#[repr(C)]
pub struct descriptor_v1 {
    pub size: u32,
    pub reserved: u32,
    pub id: slice_v1,
    pub name: slice_v1,
    pub version: slice_v1,
    pub vendor: slice_v1,
    pub license: slice_v1,
    pub fingerprint: slice_v1,
    pub provides: *const slice_v1,
    pub provides_count: usize,
    pub requirements: *const c_void,
    pub requirements_count: usize,
    pub needs: *const slice_v1,
    pub needs_count: usize,
}

unsafe impl Sync for descriptor_v1 {}

#[repr(C)]
pub struct plugin_v1 {
    pub size: u32,
    pub abi: u32,
    pub descriptor: *const descriptor_v1,
    pub context: *mut c_void,
    pub init: unsafe extern "C" fn(
        *mut c_void, *const c_void, slice_v1, *mut error_v1, *mut *mut c_void,
    ) -> i32,
    pub deinit: unsafe extern "C" fn(*mut c_void),
    pub query: unsafe extern "C" fn(*mut c_void, slice_v1) -> *const c_void,
}

#[repr(C)]
pub struct instance_v1 {
    pub size: u32,
    pub kind: u32,
    pub target: slice_v1,
    pub config: slice_v1,
    pub definition: slice_v1,
    pub directory: slice_v1,
    pub seed: u64,
}

#[repr(C)]
pub struct request_v1 {
    pub size: u32,
    pub kind: u32,
    pub call: u64,
    pub target: slice_v1,
    pub arguments: slice_v1,
    pub state: slice_v1,
    pub inputs: slice_v1,
    pub seed: u64,
    pub ordinal: u64,
    pub deadline: u64,
}

/// Functions that this plugin does not call stand as untyped pointers.
#[repr(C)]
pub struct reply_v1 {
    pub size: u32,
    pub reserved: u32,
    pub complete: unsafe extern "C" fn(u64, u32, *const slice_v1, usize) -> i32,
    pub complete_owned: *const c_void,
    pub need_input: *const c_void,
    pub fail: unsafe extern "C" fn(u64, i32, slice_v1, slice_v1) -> i32,
    pub emit: *const c_void,
    pub reserve: *const c_void,
    pub commit: *const c_void,
    pub context: *const c_void,
    pub cancelled: *const c_void,
    pub on_cancel: *const c_void,
}

#[repr(C)]
pub struct strategy_v1 {
    pub size: u32,
    pub flags: u32,
    pub create: unsafe extern "C" fn(
        *mut c_void, *const instance_v1, *mut error_v1, *mut *mut c_void,
    ) -> i32,
    pub destroy: unsafe extern "C" fn(*mut c_void),
    pub call: unsafe extern "C" fn(*mut c_void, *const request_v1, *const reply_v1) -> i32,
}

#[repr(C)]
pub struct config_v1 {
    pub size: u32,
    pub flags: u32,
    pub schema: unsafe extern "C" fn(*mut c_void, u32) -> slice_v1,
    pub check: *const c_void,
}

unsafe impl Sync for config_v1 {}

const _: () = {
    assert!(size_of::<slice_v1>() == 16 && offset_of!(slice_v1, count) == 8);
    assert!(size_of::<meta_v1>() == 16 && offset_of!(meta_v1, flags) == 12);
    assert!(size_of::<error_v1>() == 1024 && offset_of!(error_v1, text) == 16);
    assert!(size_of::<descriptor_v1>() == 152);
    assert!(offset_of!(descriptor_v1, id) == 8 && offset_of!(descriptor_v1, provides) == 104);
    assert!(offset_of!(descriptor_v1, needs) == 136);
    assert!(size_of::<plugin_v1>() == 48 && offset_of!(plugin_v1, init) == 24);
    assert!(offset_of!(plugin_v1, query) == 40);
    assert!(size_of::<instance_v1>() == 80 && offset_of!(instance_v1, config) == 24);
    assert!(offset_of!(instance_v1, seed) == 72);
    assert!(size_of::<request_v1>() == 104 && offset_of!(request_v1, arguments) == 32);
    assert!(offset_of!(request_v1, seed) == 80 && offset_of!(request_v1, deadline) == 96);
    assert!(size_of::<reply_v1>() == 88 && offset_of!(reply_v1, complete) == 8);
    assert!(offset_of!(reply_v1, fail) == 32 && offset_of!(reply_v1, on_cancel) == 80);
    assert!(size_of::<strategy_v1>() == 32 && offset_of!(strategy_v1, call) == 24);
    assert!(size_of::<config_v1>() == 24 && offset_of!(config_v1, schema) == 8);
};
