"""Invoices and dunning at the hub"""
